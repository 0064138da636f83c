import { expect, test } from 'vitest';
import type { Resource } from '../../../src/model/resource.ts';
import { application, bootstrapGone, outpost, provider, sso, token } from '../../kinds/sso.ts';
import { fastClock } from './up.ts';

const names = Array.from({ length: 100 }, (_, n) => `app${n}`);
const home = provider('Home forward auth', 'https://auth.home.example.com', {
  mode: 'forward_domain',
  cookieDomain: 'home.example.com',
});
const hundred: Resource[][] = [
  names.map((name) => provider(name)),
  names.map((name) => application(name)),
  [outpost(...names)],
];

test('a hundred apps take 201 changes, the next plan a handful of reads, and the next run no change at all', async () => {
  let ahead = 0;
  const { now, sleep } = fastClock(1);
  const here = await sso({ clock: { now: () => now() + ahead, sleep } });
  await here.run(hundred);
  expect(here.changes()).toHaveLength(201);
  const { providers, applications, outposts } = await here.state();
  expect([providers.length, applications.length, outposts[0]?.providers.length]).toEqual([100, 100, 100]);

  // Later, when nothing that was read is believed any more.
  ahead = 60_000;
  const before = here.server.requests.length;
  expect(await here.plan(hundred.flat())).toEqual([]);
  const reads = here.server.requests.length - before;
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThanOrEqual(20);
  expect(await here.run(hundred)).toEqual([]);
  expect(here.changes()).toHaveLength(201);
});

test('a burst that meets recycled workers, crashes and lost answers ends with a hundred, each once', async () => {
  let n = 0;
  const tried = new Set<string>();
  const here = await sso({
    fault: ({ method, path, nth, body }) => {
      // First tries may fail, whatever the order; what is tried again goes through.
      const isAgain = tried.has(`${method} ${path} ${body}`);
      tried.add(`${method} ${path} ${body}`);
      if (method === 'GET' ? nth > 2 : isAgain) return undefined;
      n++;
      const commit = n % 2 === 0;
      if (n % 7 === 0) return { kind: 'recycled', commit: commit && method !== 'GET' };
      if (n % 11 === 0) return { kind: 'drop', commit };
      if (n % 13 === 0) return { kind: 'crash', commit };
      return undefined;
    },
  });
  await here.run(hundred);
  const { providers, applications, outposts } = await here.state();
  expect([providers.length, applications.length, outposts[0]?.providers.length]).toEqual([100, 100, 100]);
  expect(new Set(providers.map(({ name }) => name)).size).toBe(100);
});

test('the whole job in its order speaks as the official schema of the release has it', async () => {
  const whole: Resource[][] = [
    [token],
    [bootstrapGone],
    [{ kind: 'group', key: 'family', spec: {} }],
    [{ kind: 'user', key: 'helen', spec: { name: 'Helen', email: 'helen@example.com', groups: ['family'] } }],
    [home, provider('wiki')],
    [application('home', { provider: 'Home forward auth', hidden: true, launchUrl: '' }), application('wiki')],
    [
      { kind: 'binding', key: 'wiki/family', spec: { enabled: true } },
      { kind: 'settings', key: 'system', spec: { baseUrl: 'https://auth.home.example.com' } },
      outpost('Home forward auth', 'wiki'),
    ],
  ];
  const here = await sso({ checkSchema: true });
  await here.run(whole);
  expect(await here.run(whole)).toEqual([]);
  expect(here.server.violations).toEqual([]);
});
