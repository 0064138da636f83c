import pMap from 'p-map';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { garblings, meetGarbling } from '../crash/fuzz/answers.ts';
import { accidents, meetAccident } from '../crash/fuzz/files.ts';
import { populated } from '../fakes/populated.ts';
import type { FakeWorld } from '../fakes/world.ts';

let base: FakeWorld;
beforeAll(async () => {
  base = await populated();
});
afterAll(() => base.close());

// The same few in every run; `npm run crash` draws hundreds of others each time.
test('a damaged file is told or got over, the own text in a Caddyfile stays, and put right all is well', async () => {
  const some = accidents(14, 20_261_128).filter(({ name }) => !name.startsWith('5 MB'));
  const trials = await pMap(some, (accident) => meetAccident(base, accident), { concurrency: 4 });
  expect(trials).toHaveLength(14);
  expect(trials.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
});

test('an answer that authentik would not give is told or got over', async () => {
  const trials = await pMap(garblings(16, 20_261_128), (one) => meetGarbling(base, one), { concurrency: 4 });
  expect(trials.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  expect(trials.some(({ place }) => place.endsWith('authentik-strange'))).toBe(true);
});
