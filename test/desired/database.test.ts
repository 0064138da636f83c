import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { databaseSize } from '../../src/desired/containers.ts';
import { eraOf } from '../../src/model/release.ts';

const limit = (release: string, apps: number): number => {
  const { command } = databaseSize(eraOf(release)!, { apps: Array.from({ length: apps }) } as unknown as Config);
  return Number(command.at(-1)?.replace('max_connections=', ''));
};

test.each([0, 1, 12, 13, 50, 100, 300])('%d apps find a connection each time they ask for one', (apps) => {
  expect(limit('2026.8.6', apps)).toBeGreaterThanOrEqual(Math.max(200, 8 * apps + 100));
  expect(limit('2025.10.4', apps)).toBe(limit('2026.8.6', apps));
});

test('the limit moves rarely, because each time the database restarts', () => {
  const limits = Array.from({ length: 101 }, (_, apps) => limit('2026.8.6', apps));
  expect([...new Set(limits)]).toEqual([200, 400, 600, 800, 1000]);
});

test('with sessions in Redis, apps need none', () => expect(limit('2025.8.4', 100)).toBe(200));

test('shared memory grows with it', () => {
  const size = (apps: number) =>
    databaseSize(eraOf('2026.8.6')!, { apps: Array.from({ length: apps }) } as unknown as Config).shmSize;
  expect(size(0)).toBeGreaterThan(64 * 2 ** 20);
  expect(size(100)).toBe(5 * size(0));
});
