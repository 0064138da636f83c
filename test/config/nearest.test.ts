import { expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';

const keys = ['domain', 'base-dir', 'auth-host', 'lan-address', 'caddy-container', 'zfs-dataset', 'tls', 'apps', 'app'];

test.each([
  ['domian', 'domain'],
  ['baseDir', 'base-dir'],
  ['base_dir', 'base-dir'],
  ['BASE-DIR', 'base-dir'],
  ['auth host', 'auth-host'],
  ['caddy', 'caddy-container'],
  ['tsl', undefined],
  ['tl', 'tls'],
  ['app', 'app'],
  ['quite another thing', undefined],
  ['', undefined],
])('%j: %s', (typed, meant) => {
  expect(nearest(typed, keys)).toBe(meant);
});

test('the beginning of a longer name, even with a slip', () => {
  expect(nearest('paperles', ['whoami', 'paperless-ngx'])).toBe('paperless-ngx');
  expect(nearest('paprless', ['whoami', 'paperless-ngx'])).toBe('paperless-ngx');
});
