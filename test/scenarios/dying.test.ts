import pMap from 'p-map';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Death, deaths, meetDeath } from '../crash/faults/dying.ts';
import { errands } from '../crash/faults/fault.ts';

let some: Awaited<ReturnType<typeof errands>>;
beforeAll(async () => {
  some = await errands();
});
afterAll(() => some.close());

const errandNamed = (name: string) => {
  const errand = some.all.find((one) => one.name === name);
  if (!errand) throw new Error(`there is no ${name}`);
  return errand;
};

// A share of them; `npm run crash` tries every one.
test.each([
  ['init', 9],
  ['add-app', 7],
])('%s comes to the same end when a container dies', async (name, each) => {
  const errand = errandNamed(name);
  const { state, all } = await deaths(errand);
  const share = all.filter((_, i) => i % each === 0);
  const trials = await pMap(share, (death) => meetDeath(errand, state, death), { concurrency: 4 });
  expect(trials.length).toBeGreaterThan(3);
  expect(trials.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
});

test('init leaves nothing of the first start behind when authentik restarts near its end', async () => {
  const errand = errandNamed('init');
  const { state, all } = await deaths(errand);
  const late = all
    .filter(({ container, how }) => container === 'authentik' && how === 'dies and is started again')
    .at(-1);
  expect(late).toBeDefined();
  const { wrong } = await meetDeath(errand, state, late as Death);
  expect(wrong).toEqual([]);
});
