import pMap from 'p-map';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiFaults, meetApiFault } from '../crash/faults/api.ts';
import { errands } from '../crash/faults/fault.ts';
import { meetTokenEnd, tokenEnds } from '../crash/faults/token.ts';

let some: Awaited<ReturnType<typeof errands>>;
beforeAll(async () => {
  some = await errands();
});
afterAll(() => some.close());

// A share of them, so that each fault and each request comes up; `npm run crash` tries every fault at every request.
test.each([
  ['init', 17],
  ['add-app', 17],
  ['user add', 5],
])('%s comes to the same end whatever authentik does to one of its requests', async (name, each) => {
  const errand = some.all.find((one) => one.name === name);
  if (!errand) throw new Error(`there is no ${name}`);
  const { state, all } = await apiFaults(errand);
  const share = all.filter((_, i) => i % each === 0);
  const trials = await pMap(share, (fault) => meetApiFault(errand, state, fault), { concurrency: 4 });
  expect(new Set(share.map((fault) => fault.name)).size).toBeGreaterThan(10);
  expect(trials.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  const gotOver = trials.filter(({ place }) => place.endsWith('got over'));
  // A busy machine may give up what a quiet one gets over.
  expect(gotOver.length).toBeGreaterThan(trials.length * 0.6);
});

test('a token that ends in the middle is told, and the next run goes on with the one that is given back', async () => {
  const errand = some.all.find(({ name }) => name === 'add-app');
  if (!errand) throw new Error('there is no add-app');
  const { state, all } = await tokenEnds(errand);
  const trials = await pMap(all, (end) => meetTokenEnd(errand, state, end), { concurrency: 4 });
  expect(trials.length).toBeGreaterThan(5);
  expect(trials.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
});
