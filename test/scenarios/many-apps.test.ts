import { afterAll, beforeAll, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { objectsIn } from '../fakes/objects.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
beforeAll(async () => {
  fake = await installed();
});
afterAll(() => fake.close());

const names = Array.from({ length: 60 }, (_, n) => `app${String(n).padStart(2, '0')}`);
const write = async (apps: readonly string[]) => {
  const text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
  const list = apps.map((name) => `  - name: ${name}\n    upstream: ${name}:80\n`).join('');
  fake.files.put(at('homeauth.yaml'), text.replace(/^apps:[\s\S]*$/m, `apps:\n${list}`));
};
/** What was asked of the API while something was done; a login's dialogue is not it. */
const requests = async (work: () => Promise<unknown>) => {
  const all = () => fake.servers.flatMap((server) => server.requests).filter(({ path }) => path.startsWith('/api/v3/'));
  const before = all().length;
  await work();
  return all()
    .slice(before)
    .filter(({ path }) => !path.includes('/flows/executor/'));
};

/** How often Docker was asked for what, while something was done. */
const dockerCalls = async (work: () => Promise<unknown>) => {
  const counts: Record<string, number> = {};
  const real = { ...fake.world.docker };
  for (const [name, ask] of Object.entries(real).filter(([, value]) => typeof value === 'function')) {
    const counted = (...args: unknown[]) => {
      counts[name] = (counts[name] ?? 0) + 1;
      return (ask as (...given: unknown[]) => unknown)(...args);
    };
    Object.assign(fake.world.docker, { [name]: counted });
  }
  await work();
  Object.assign(fake.world.docker, real);
  return counts;
};

test('sixty apps at once, and thirty less: one change of the outpost each, and no more calls than there must be', async () => {
  const homeauth = homeauthIn(fake);
  const apply = async () => expect((await homeauth('apply')).failure).toBeUndefined();

  await write(names);
  expect((await homeauth('plan')).out).toContain('restarts, now as postgres -c max_connections=600');
  const made = await requests(apply);
  expect(made.filter(({ method, path }) => method === 'PATCH' && path.includes('outposts/'))).toHaveLength(1);
  const writes = made.filter(({ method }) => method !== 'GET');
  expect(writes).toHaveLength(2 * names.length + 1);
  expect(made.length - writes.length).toBeLessThan(25);
  const { providers, applications, served } = await objectsIn(fake);
  expect(providers).toHaveLength(61);
  expect(new Set(applications)).toEqual(new Set(['home', ...names]));
  expect(new Set(served)).toEqual(new Set(providers));

  const quiet = await requests(async () =>
    expect((await homeauth('apply')).out).toBe('Everything is as it should be; nothing was changed.'),
  );
  expect(quiet.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(quiet.length).toBeLessThan(20);
  // Without mail, a second factor and invitations: providers and applications with what they refer to, people, the brand,
  // and the brake on guessing.
  const planned = await requests(async () => expect((await homeauth('plan')).out).toMatch(/^Nothing to change/));
  expect(planned.filter(({ path }) => path.includes('page=')).length).toBeLessThanOrEqual(10);

  const quietPlan = async () => expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  const looks = await dockerCalls(quietPlan);
  expect(looks['containers']).toBeGreaterThan(0);

  await write(names.slice(30));
  const removed = await requests(apply);
  // The outpost lets go of all of them first; then the applications go, then their providers.
  const what = ({ method, path }: (typeof removed)[number]) => `${method} ${path.split('/')[3]}/${path.split('/')[4]}`;
  expect(removed.filter(({ method }) => method !== 'GET').map(what)).toEqual([
    'PATCH outposts/instances',
    ...names.slice(0, 30).map(() => 'DELETE core/applications'),
    ...names.slice(0, 30).map(() => 'DELETE providers/proxy'),
  ]);
  expect(removed.filter(({ method }) => method === 'GET').length).toBeLessThanOrEqual(25);
  const left = await objectsIn(fake);
  expect(new Set(left.applications)).toEqual(new Set(['home', ...names.slice(30)]));
  expect(left.providers).toHaveLength(31);
  expect(new Set(left.served)).toEqual(new Set(left.providers));
  // Docker is asked as often as with twice as many.
  expect(await dockerCalls(quietPlan)).toEqual(looks);
});

test('thirty apps that ask authentik by themselves: no more looks than for one', async () => {
  const homeauth = homeauthIn(fake);
  const text = ((await fake.files.read(at('homeauth.yaml'))) ?? '').replace(/^apps:[\s\S]*$/m, '');
  const entry = (name: string) =>
    `  - name: ${name}\n    upstream: ${name}:80\n    login: oidc\n    oidc: { redirect-uris: [{ url: "https://{host}/cb" }] }\n`;
  const speaking = names.slice(30);
  fake.files.put(at('homeauth.yaml'), `${text}apps:\n${speaking.map(entry).join('')}`);
  // What the proofs ask for each app is theirs.
  const made = await requests(async () => expect((await homeauth('apply', [], {})).failure).toBeUndefined());
  const writes = made.filter(({ method, path }) => method !== 'GET' && !path.includes('/core/users/'));
  // A provider for each, its application moved over, the outpost's former providers let go of and removed.
  expect(writes.filter(({ method, path }) => method === 'POST' && path.includes('providers/oauth2'))).toHaveLength(30);
  expect(writes.filter(({ method, path }) => method === 'PATCH' && path.includes('outposts/'))).toHaveLength(1);
  expect((await objectsIn(fake)).speaking).toHaveLength(30);
  expect((await objectsIn(fake)).providers).toEqual(['Home forward auth']);
  const planned = await requests(async () => expect((await homeauth('plan')).out).toMatch(/^Nothing to change/));
  expect(planned.filter(({ path }) => path.includes('page=')).length).toBeLessThanOrEqual(13);
});

test('status says which apps no run has made yet', async () => {
  const homeauth = homeauthIn(fake);
  await write(['wiki', 'photos']);
  expect((await homeauth('status')).out).toMatch(/· wiki +https:\/\/wiki\.\S+ +not set up yet: homeauth apply$/m);
  const { apps } = JSON.parse((await homeauth('status', [], {}, { json: true })).out);
  expect(apps.map(({ name, notMade }: { name: string; notMade?: true }) => [name, notMade])).toEqual([
    ['wiki', true],
    ['photos', true],
  ]);
  await homeauth('apply');
  expect((await homeauth('status')).out).toMatch(/^ {2}wiki +https:\/\/wiki\.\S+ +everyone who can log in$/m);
});
