import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { stateOf } from '../fakes/state.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';
import type { State } from '../standin/state.ts';

let base: FakeWorld;
let right: Awaited<ReturnType<typeof stateOf>>;
let fake: FakeWorld;
beforeAll(async () => {
  base = await installed(['whoami']);
  await homeauthIn(base)('add-app', ['wiki'], { upstream: 'wiki:80', group: 'family' });
  right = await stateOf(base);
});
afterAll(() => base.close());
beforeEach(async () => {
  fake = await copyOf(base);
});
afterEach(() => fake.close());

const caddyfile = '/srv/docker/caddy/etc/Caddyfile';
const ours = '/srv/docker/caddy/etc/homeauth.caddy';
const edited = (path: string, from: string | RegExp, to: string) => async () => {
  const text = (await fake.files.read(path)) ?? '';
  expect(text).toMatch(from);
  fake.files.put(path, text.replace(from, to), (await fake.files.stat(path))?.mode);
};
const inDatabase = (edit: (state: State) => void) => async () => {
  const store = [...fake.docker.databases.values()][0]?.store;
  await store?.change((state) => {
    if (!state) throw new Error('there is no database');
    edit(state);
    return { state, result: undefined };
  });
};
const planned = async () => {
  const { out, failure } = await homeauthIn(fake)('plan', [], {}, undefined);
  expect(failure).toBeUndefined();
  return out;
};
const named = (plan: string) =>
  plan
    .split('\n')
    .flatMap((line) => /^[+~?-] ([a-z]+:\S.*?)(?: {2,}.*)?$/.exec(line)?.[1] ?? [])
    .toSorted();

/** What somebody does by hand, and what of homeauth's it is about. */
const drifts: Readonly<Record<string, readonly [by: () => unknown, what: readonly string[], words?: string]>> = {
  'deletes docker-compose.yml': [
    () => fake.files.remove(at('docker-compose.yml')),
    [`file:${at('docker-compose.yml')}`],
  ],
  'deletes the signpost': [() => fake.files.remove('/etc/homeauth/location'), ['file:/etc/homeauth/location']],
  'deletes the schema': [
    () => fake.files.remove(at('.homeauth/homeauth.schema.json')),
    [`file:${at('.homeauth/homeauth.schema.json')}`],
  ],
  'deletes the folder templates': [() => fake.files.remove(at('templates')), [`directory:${at('templates')}`]],
  'removes the worker': [() => fake.docker.remove('authentik-worker'), ['container:authentik-worker']],
  'removes an app of ours': [() => fake.docker.remove('whoami'), ['container:whoami']],
  'removes the server and both networks of an empty machine': [
    async () => {
      for (const name of [...fake.docker.boxes.keys()]) await fake.docker.remove(name);
      await fake.docker.removeNetwork('authentik_backend');
      await fake.docker.removeNetwork('caddy_caddynet');
    },
    [
      ...['authentik', 'authentik-postgresql', 'authentik-worker', 'caddy', 'whoami'].map(
        (name) => `container:${name}`,
      ),
      'network:authentik_backend',
      'network:caddy_caddynet',
    ],
  ],
  'deletes a provider': [
    inDatabase((state) => {
      const gone = state.providers.find(({ name }) => name === 'whoami')?.pk;
      state.providers = state.providers.filter(({ pk }) => pk !== gone);
      for (const app of state.applications) if (app.provider === gone) app.provider = null;
      for (const outpost of state.outposts) outpost.providers = outpost.providers.filter((pk) => pk !== gone);
    }),
    ['provider:whoami', 'application:whoami', 'outpost:authentik Embedded Outpost'],
  ],
  'deletes an application': [
    inDatabase((state) => {
      state.applications = state.applications.filter(({ slug }) => slug !== 'whoami');
    }),
    ['application:whoami'],
  ],
  'takes the owner out of the admins': [
    inDatabase((state) => {
      const helen = state.users.find(({ username }) => username === 'helen')?.pk;
      for (const group of state.groups) group.users = group.users.filter((pk) => pk !== helen);
    }),
    ['user:helen'],
    'not in the group "authentik Admins"',
  ],
  'deletes the group of an app': [
    inDatabase((state) => {
      const gone = state.groups.find(({ name }) => name === 'family')?.pk;
      state.groups = state.groups.filter(({ pk }) => pk !== gone);
      state.bindings = state.bindings.filter(({ group }) => group !== gone);
    }),
    ['group:family', 'binding:wiki/family'],
  ],
  'lets everybody in': [
    inDatabase((state) => {
      const wiki = state.applications.find(({ slug }) => slug === 'wiki')?.pk;
      for (const binding of state.bindings) if (binding.target === wiki) binding.enabled = false;
    }),
    ['binding:wiki/family'],
    'does not let the group in',
  ],
  'empties the outpost': [
    inDatabase((state) => {
      for (const outpost of state.outposts) outpost.providers = [];
    }),
    ['outpost:authentik Embedded Outpost'],
    'does not serve "whoami"',
  ],
  'empties the base URL': [
    inDatabase((state) => {
      state.settings['base_url'] = '';
    }),
    ['settings:system'],
    'base URL: none',
  ],
  'takes the import line out': [edited(caddyfile, /.*# homeauth.*\n?/, ''), [`caddy:${caddyfile}`]],
  'deletes our file beside the Caddyfile': [() => fake.files.remove(ours), [`caddy:${caddyfile}`]],
  'edits our file beside the Caddyfile': [
    edited(ours, 'whoami.homeauth.internal.:80', 'elsewhere:80'),
    [`caddy:${caddyfile}`],
  ],
  'edits docker-compose.yml': [
    edited(at('docker-compose.yml'), 'interval: "5s"', 'interval: "9s"'),
    [`file:${at('docker-compose.yml')}`],
    'interval: 9s → 5s',
  ],
  'edits a line of container-vars.env that is no secret': [
    edited(at('container-vars.env'), /AUTHENTIK_AVATARS=.*/, 'AUTHENTIK_AVATARS=gravatar'),
    [`file:${at('container-vars.env')}`],
    'AUTHENTIK_AVATARS: changed',
  ],
  'lets everybody read container-vars.env': [
    async () => fake.files.setAccess(at('container-vars.env'), 0o644, { uid: 0, gid: 0 }),
    [`file:${at('container-vars.env')}`, `secrets:${at('container-vars.env')}`],
    'others can read it',
  ],
  'gives the data folder to root': [
    async () => fake.files.setAccess(at('data'), 0o750, { uid: 0, gid: 0 }),
    [`directory:${at('data')}`],
    'owner 0:0 → 1000:1000',
  ],
};

describe('somebody', () => {
  test.each(Object.entries(drifts))('%s: plan names that, apply puts that back, and then nothing', async (_, drift) => {
    const [by, what, words] = drift;
    const homeauth = homeauthIn(fake);
    const { config } = { config: at('homeauth.yaml') };
    await by();
    const plan = await homeauth('plan', [], { config });
    expect(plan.failure).toBeUndefined();
    const later = plan.out.includes('cannot be checked yet');
    if (!later) expect(named(plan.out)).toEqual(what.toSorted());
    else for (const id of what) expect(named(plan.out)).toContain(id);
    if (words) expect(plan.out).toContain(words);

    const applied = await homeauth('apply', [], { config });
    expect(applied.failure).toBeUndefined();
    // authentik had the right base URL by itself at first; what is changed for the first time is remembered.
    const { ledger, ...rest } = await stateOf(fake);
    const known = right.ledger;
    expect({ ...rest, ledger: known }).toEqual(right);
    const more = ledger.filter((line) => !known.includes(line)).map((line) => JSON.parse(line).id);
    expect(more).toEqual(what.filter((id) => id.startsWith('settings:')));
    expect(ledger).toEqual(expect.arrayContaining([...known]));
    expect((await homeauth('apply')).out).toBe('Everything is as it should be; nothing was changed.');
  });
});

test('a Caddyfile of the owner keeps every byte that is not ours', async () => {
  const mine = '# mine\nnas.home.example.com {\n\trespond "nas"\n}\n';
  await edited(caddyfile, /^/, mine)();
  expect(await planned()).toMatch(/^Nothing to change/);
  await edited(caddyfile, /.*# homeauth.*\n?/, '')();
  // A site that its owner has not loaded yet is not loaded by homeauth, either.
  expect((await homeauthIn(fake)('apply')).failure).toMatchObject({
    code: 'caddy-runs-other',
    details: 'nas.home.example.com: the file has it, and Caddy does not serve it',
  });
  await fake.docker.exec('caddy', ['caddy', 'reload']);
  expect((await homeauthIn(fake)('apply')).failure).toBeUndefined();
  expect(await fake.files.read(caddyfile)).toContain(mine);
});

test('a hand-edited database password is explained and left alone', async () => {
  const env = at('container-vars.env');
  await edited(env, /POSTGRES_PASSWORD=\S+/, 'POSTGRES_PASSWORD=somethingElse')();
  const before = await fake.files.read(env);
  const homeauth = homeauthIn(fake);
  for (const command of ['plan', 'apply'] as const) {
    const ran = await homeauth(command);
    expect(ran.failure?.code).toBe('passwords-differ');
    expect(ran.code).toBe(2);
  }
  expect((await homeauth('doctor')).out).toContain('passwords-differ');
  expect(await fake.files.read(env)).toBe(before);
});
