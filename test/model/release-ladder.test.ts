import { expect, test } from 'vitest';
import { defaultRelease, eras } from '../../src/model/release.ts';
import { isTooOldAfter, ladder, releasesBetween } from '../../src/model/release-ladder.ts';

const way = (from: string, to: string) => releasesBetween(from, to).map(({ release }) => release);

test('has the lines that homeauth knows, and ends at what a new installation gets', () => {
  expect(ladder.map(({ line }) => line).toReversed()).toEqual(eras.map(({ line }) => line));
  expect(ladder.at(-1)?.last).toBe(defaultRelease);
  for (const { line, supported } of eras)
    if (supported) expect(ladder.find((one) => one.line === line)?.last).toBe(supported.newest);
});

test.each([
  ['2025.10.1', '2026.2.7', ['2025.10.4', '2025.12.6', '2026.2.7']],
  ['2026.8.4', '2026.8.6', ['2026.8.6']],
  ['2026.8.6', '2026.8.6', []],
  ['2026.5.9', '2026.8.6', ['2026.8.6']],
])('from %s to %s', (from, to, expected) => expect(way(from, to)).toEqual(expected));

test.each([
  ['2026.5.7', '2026.8.0', true],
  ['2026.5.8', '2026.8.2', true],
  ['2026.5.8', '2026.8.3', false],
  ['2026.5.6', '2026.8.2', false],
  ['2025.10.4', '2025.12.4', false],
  ['2025.12.4', '2026.8.6', false],
])('%s before %s: %s', (from, to, expected) => expect(isTooOldAfter(from, to)).toBe(expected));

test('no last release of a line is too old for the one before', () => {
  const last = ladder.map((line) => line.last);
  expect(last.slice(1).filter((to, n) => isTooOldAfter(last[n] ?? '', to))).toEqual([]);
});
