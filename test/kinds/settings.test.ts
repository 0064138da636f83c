import { expect, test } from 'vitest';
import type { Resource } from '../../src/model/resource.ts';
import { sso } from './sso.ts';

const settings: Resource = { kind: 'settings', key: 'system', spec: { baseUrl: 'https://auth.home.example.com' } };

test('sets the base URL, and gives back the former one', async () => {
  const here = await sso();
  const before = (await here.state()).settings;
  expect(await here.run([[settings]])).toEqual(['adjust settings:system']);
  expect((await here.state()).settings).toEqual({ ...before, base_url: 'https://auth.home.example.com' });
  expect(await here.run([[settings]])).toEqual([]);
  expect(await here.run([[]])).toEqual(['release settings:system']);
  expect((await here.state()).settings['base_url']).toBe(before['base_url'] ?? '');
});

test('leaves a base URL that somebody has changed since', async () => {
  const here = await sso();
  await here.run([[settings]]);
  await here.edit((state) => {
    state.settings['base_url'] = 'https://sso.example.com';
  });
  await here.run([[]]);
  expect((await here.state()).settings['base_url']).toBe('https://sso.example.com');
});

test('asks nothing of a release that has no base URL', async () => {
  const here = await sso({ version: '2026.5.8' });
  expect(await here.run([[settings]])).toEqual([]);
});
