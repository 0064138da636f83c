import pMap from 'p-map';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rivalled } from '../crash/faults/rivalled.ts';
import { meetRival, rivalries } from '../crash/faults/rivals.ts';
import type { FakeWorld } from '../fakes/world.ts';

let base: FakeWorld;
beforeAll(async () => {
  base = await rivalled();
});
afterAll(() => base.close());

// A share of them, and all about the outpost's list; `npm run crash` tries every one.
test('what somebody else does in authentik between a look and a touch stays, or is told', async () => {
  const all = await rivalries(base);
  const share = all.filter(({ act }, i) => i % 9 === 0 || act === 'adds an app to the outpost');
  const trials = await pMap(share, (rivalry) => meetRival(base, rivalry), { concurrency: 4 });
  expect(trials.length).toBeGreaterThan(10);
  expect(trials.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
});
