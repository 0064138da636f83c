import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeauthIn, initFlags, type Ran } from '../fakes/homeauth.ts';
import { installed } from '../fakes/installed.ts';
import { objectsIn } from '../fakes/objects.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../fakes/world.ts';
import type { Fault, Seen, StandinOptions } from '../standin/index.ts';

/** HOMEAUTH_TEST_EVERY_FAULT=1 tries every fault at every request. */
const all = process.env['HOMEAUTH_TEST_EVERY_FAULT'] === '1';

const faults: Readonly<Record<string, Fault>> = {
  'the line breaks, carried out': { kind: 'drop', commit: true },
  'the line breaks, not carried out': { kind: 'drop', commit: false },
  'an empty 405, carried out': { kind: 'crash', commit: true },
  'an empty 405, not carried out': { kind: 'crash', commit: false },
  '502, carried out': { kind: 'recycled', commit: true },
  '502, not carried out': { kind: 'recycled', commit: false },
  '503 with Retry-After': { kind: 'status', status: 503, retryAfter: 1 },
  429: { kind: 'status', status: 429, retryAfter: 1 },
  'an answer cut short': { kind: 'truncate' },
};
const names = Object.keys(faults);

let base: FakeWorld;
beforeAll(async () => {
  base = await installed();
});
afterAll(() => base.close());

type Options = Partial<StandinOptions>;
interface Scene {
  readonly from: (standin: Options) => Promise<FakeWorld>;
  readonly run: (fake: FakeWorld) => Promise<Ran>;
}
const scenes: Readonly<Record<string, Scene>> = {
  init: { from: async (standin) => fakeWorld({ standin }), run: (fake) => homeauthIn(fake)('init', [], initFlags) },
  'add-app': {
    from: (standin) => copyOf(base, { standin }),
    run: (fake) => homeauthIn(fake)('add-app', ['wiki'], { upstream: 'wiki:80', group: 'family' }),
  },
};

const isApi = ({ method, path }: Pick<Seen, 'method' | 'path'>) =>
  path.startsWith('/api/v3/') && !path.includes('/flows/executor/') && method !== 'HEAD';
const sortOf = ({ method, path }: Pick<Seen, 'method' | 'path'>) =>
  `${method} ${path.replace(/\?.*/, '').replace(/\/\d+\/|\/[0-9a-f-]{30,}\//g, '/#/')}`;

/** Each kind of request, the first time it is made; of what changes something, every one of them. */
async function undisturbed({ from, run }: Scene) {
  const fake = await from({});
  const before = fake.servers.reduce((sum, { requests }) => sum + requests.length, 0);
  expect((await run(fake)).failure).toBeUndefined();
  const requests = fake.servers
    .flatMap((server) => server.requests)
    .slice(before)
    .filter(isApi);
  const objects = sorted(await objectsIn(fake));
  await fake.close();
  const seen = new Map<string, number>();
  const points = requests.flatMap((request) => {
    const sort = sortOf(request);
    const nth = (seen.get(sort) ?? 0) + 1;
    seen.set(sort, nth);
    return nth === 1 || request.method !== 'GET' ? [{ sort, nth }] : [];
  });
  return { points, objects };
}

const sorted = (objects: Awaited<ReturnType<typeof objectsIn>>) =>
  Object.fromEntries(Object.entries(objects).map(([name, list]) => [name, list.toSorted()]));

async function disturbed({ from, run }: Scene, { sort, nth }: { sort: string; nth: number }, name: string) {
  let count = 0;
  let hit = 0;
  const fault: StandinOptions['fault'] = (request) => {
    if (!isApi(request) || sortOf(request) !== sort || ++count !== nth) return undefined;
    hit++;
    return faults[name];
  };
  const fake = await from({ fault });
  try {
    const first = await run(fake);
    const second = first.failure ? await run(fake) : first;
    const plan = await homeauthIn(fake)('plan');
    return {
      place: `${name} at ${sort} (${nth})`,
      hit,
      // Either nobody noticed, or there is one sentence and a way on.
      first: first.failure ? `${first.failure.code}: ${first.failure.fix}` : 'finished',
      second: second.failure?.message,
      objects: sorted(await objectsIn(fake)),
      plan: plan.failure?.message ?? plan.out.split(':')[0],
    };
  } finally {
    await fake.close();
  }
}

describe.each(Object.entries(scenes))('%s', (_, scene) => {
  test('comes to the same end whatever authentik does to one of its requests', {
    timeout: all ? 900_000 : 180_000,
  }, async () => {
    const { points, objects } = await undisturbed(scene);
    const trials = points.flatMap((point, i) => {
      const two = [names[i % names.length]!, names[(i + 5) % names.length]!];
      const some = point.sort.startsWith('GET') ? two.slice(1) : two;
      return (all ? names : some).map((name) => ({ point, name }));
    });
    const results = await pMap(trials, ({ point, name }) => disturbed(scene, point, name), { concurrency: 4 });
    const wanted = {
      hit: 1,
      first: expect.stringMatching(/^finished$|^[a-z-]+: \S/),
      second: undefined,
      objects,
      plan: 'Nothing to change',
    };
    for (const { place, ...result } of results) expect.soft(result, place).toEqual(wanted);
    const finished = results.filter(({ first }) => first === 'finished');
    expect(finished.length).toBeGreaterThan(results.length * 0.9);
  });
});
