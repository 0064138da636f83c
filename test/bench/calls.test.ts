import { expect, test } from 'vitest';
import { countCalls } from './calls.ts';
import { isMet, rows, table } from './figures.ts';

test('authentik is asked as often for ten apps as for one, and for a hundred by a page of each list more', async () => {
  const one = await countCalls(1);
  const ten = await countCalls(10);
  const hundred = await countCalls(100);
  expect(ten.plan).toBe(one.plan);
  expect(hundred.plan).toBeLessThanOrEqual(20);
  // A provider and an application for each app, and the outpost once for all of them.
  expect([one, ten, hundred].map(({ apply }) => apply)).toEqual([3, 21, 201]);
  expect([one, ten, hundred].map(({ outpost }) => outpost)).toEqual([1, 1, 1]);
  expect([one, ten, hundred].map(({ again }) => again)).toEqual([0, 0, 0]);
  expect(one.lists).toBeLessThanOrEqual(10);
  // Four at once, beside some looks.
  expect(hundred.remove).toBeLessThanOrEqual(230);
  expect(hundred.removeChain).toBeLessThanOrEqual(90);
});

test('a goal that is missed is seen', () => {
  const good = {
    helpRatio: 1.2,
    planCalls: { 1: 14, 100: 20 },
    apply100NonGet: 205,
    secondApplyNonGet: 0,
    peakMb: 150,
    planLists: 10,
    remove100: { calls: 230, chain: 90 },
    objectsOverBare: 1.3,
    removalOverBare: 1.5,
    setUpOverHand: 1.1,
    lines100: { apply: 50, verify: 50, doctor: 50, remove: 50 },
  };
  expect(rows(good).every(isMet)).toBe(true);
  const bad = {
    helpRatio: 1.21,
    planCalls: { 1: 14, 100: 21 },
    apply100NonGet: 206,
    secondApplyNonGet: 1,
    peakMb: 151,
    planLists: 11,
    remove100: { calls: 231, chain: 91 },
    objectsOverBare: 1.31,
    removalOverBare: 1.51,
    setUpOverHand: 1.11,
    lines100: { apply: 51, verify: 51, doctor: 51, remove: 51 },
  };
  expect(rows(bad).map(isMet)).toEqual(rows(bad).map(({ what }) => what === 'requests of a plan, apps: 1'));
  expect(table(rows(bad))).toMatch(/^✗ changes of the apply after it +1 +goal: at most 0$/m);
});
