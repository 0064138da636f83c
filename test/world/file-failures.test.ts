import { expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import { shifted, shiftIn } from '../../src/world/file-failures.ts';

test.each([
  ['         0          0 4294967295\n', undefined],
  ['         0     100000      65536\n', 100_000],
  ['         0     100000       1000\n      1000       1000          1\n', 100_000],
  ['', undefined],
])('root of %j is outside %j', (map, who) => {
  expect(shiftIn(map)).toBe(who);
});

test('what an unprivileged container may not is told with its cause, and what to do where', () => {
  const { code, why, fix } = shifted('/srv/docker/authentik', '/srv/docker/authentik cannot be changed', 100_000);
  expect(code).toBe('permission');
  expect(textOf(why ?? '')).toContain('its root is user 100000 of the machine around it');
  expect(textOf(fix)).toContain('/srv/docker or above:  chown 100000:100000 DIRECTORY');
});
