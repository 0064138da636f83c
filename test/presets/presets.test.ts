import { expect, test } from 'vitest';
import { checkAppName } from '../../src/config/app-name.ts';
import { findPreset, presets } from '../../src/presets/presets.ts';

test('whoami is there', () => {
  expect(findPreset('whoami')).toEqual({ name: 'whoami', title: 'whoami', image: 'traefik/whoami:v1.11.0', port: 80 });
  expect(findPreset('whoam')).toBeUndefined();
});

test.each(presets)('$name has a valid name, a pinned image and a port', ({ name, image, port }) => {
  expect(checkAppName(name)).toBeUndefined();
  expect(image).toMatch(/^[a-z0-9./-]+:v?\d+\.\d+\.\d+$/);
  expect(port).toBeGreaterThan(0);
});

test('no name is taken twice', () => {
  expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
});
