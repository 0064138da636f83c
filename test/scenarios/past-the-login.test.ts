import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import { type LoginResult, logIn } from '../../src/world/authentik/login.ts';
import type { Http, HttpAnswer } from '../../src/world/world.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, changeConfig, installed } from '../fakes/installed.ts';
import { inDatabase } from '../fakes/people.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';
import { push } from '../standin/outpost/served.ts';

const password = 'kettle lantern orbit';
const wiki = 'wiki.home.example.com';
let base: FakeWorld;
let fake: FakeWorld;

beforeAll(async () => {
  base = await installed(['whoami']);
  const homeauth = homeauthIn(base);
  const apps = `
  - { name: wiki, upstream: 'whoami:80', group: family }
  - { name: music, upstream: 'whoami:80', mode: domain }
`;
  await changeConfig(base.files, (text) => text.trimEnd() + apps);
  await base.files.write('/srv/pw', password, 0o600);
  expect((await homeauth('apply')).failure).toBeUndefined();
  for (const [name, group] of [
    ['anna', ['family']],
    ['bob', []],
  ] as const) {
    const flags = { name, email: `${name}@example.com`, group, passwordFile: '/srv/pw' };
    expect((await homeauth('user add', [name], flags)).failure).toBeUndefined();
  }
});
afterAll(() => base.close());
beforeEach(async () => {
  fake = await copyOf(base);
});
afterEach(() => fake.close());

/** Somebody opens an app in a browser that writes hosts, and further headers, as it likes. */
async function opens(
  username: string,
  host: string,
  more: { readonly as?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<LoginResult | Failure> {
  const via = await fake.docker.dialAddress('caddy', 443);
  const http: Http = {
    dial: (request) => {
      const extra = new URL(request.url).host === host ? { ...(more.as && { Host: more.as }), ...more.headers } : {};
      return fake.world.http.dial({ ...request, headers: { ...request.headers, ...extra } });
    },
  };
  const who = { username, password: new Secret(password), authHost: 'auth.home.example.com' };
  return logIn({ http, ...(via && { via }), ...who, open: `https://${host}/` }).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
}

async function asks(headers: Readonly<Record<string, string>>, path = '/'): Promise<HttpAnswer> {
  const via = await fake.docker.dialAddress('caddy', 443);
  return fake.world.http.dial({ url: `https://${wiki}${path}`, ...(via && { via }), headers });
}

/** The outpost hears at once of what is done to its providers. */
const inOutpost = (work: Parameters<typeof inDatabase<void>>[1]) =>
  inDatabase(fake, (state) => {
    work(state);
    push(state);
  });

test('who is in the group gets in, however they write the host, and the app sees them', async () => {
  for (const as of [wiki, 'WIKI.home.example.com', 'Wiki.HOME.Example.com', `${wiki}:8443`]) {
    const entered = await opens('anna', wiki, { as });
    expect(entered).toMatchObject({ status: 200, body: expect.stringContaining('X-Authentik-Username: anna\n') });
  }
});

test.each(['WIKI.home.example.com', 'wIki.home.example.com', 'WIKI.HOME.EXAMPLE.COM', `${wiki}:443`, wiki])(
  'who is not in the group is kept out of %s',
  async (as) => {
    expect(await opens('bob', wiki, { as })).toMatchObject({ code: 'access-denied' });
  },
);

test('an app of the domain is open to everybody with an account', async () => {
  const entered = await opens('bob', 'music.home.example.com', { as: 'MUSIC.home.example.com' });
  expect(entered).toMatchObject({ status: 200, body: expect.stringContaining('X-Authentik-Username: bob\n') });
});

test('nobody is let into an app by another one, while the outpost does not know its provider', async () => {
  await inOutpost((state) => {
    const provider = state.providers.find(({ name }) => name === 'wiki');
    for (const outpost of state.outposts) outpost.providers = outpost.providers.filter((pk) => pk !== provider?.pk);
  });
  for (const who of ['bob', 'anna']) {
    const entered = await opens(who, wiki);
    expect(entered).toMatchObject({ status: 403, body: expect.not.stringContaining('Hostname:') });
  }
});

test('what authentik lets through without a session, Caddy does not', async () => {
  await inOutpost((state) => {
    for (const provider of state.providers) provider.skip_path_regex = '/api';
  });
  for (const headers of [{}, { 'X-Authentik-Meta-App': 'wiki' }, { x_authentik_meta_app: 'wiki' }])
    expect(await asks(headers, '/api/books')).toMatchObject({ status: 403 });
});

test('nobody takes the identity off their own request', async () => {
  for (const Connection of ['close, X-Authentik-Username', 'X-Authentik-Username, x-authentik-meta-app, Cookie']) {
    const entered = await opens('anna', wiki, { headers: { Connection } });
    expect(entered).toMatchObject({ status: 200, body: expect.stringContaining('X-Authentik-Username: anna\n') });
  }
});

test('a WebSocket is asked for as before, and no other tunnel', async () => {
  const upgrade = (Upgrade: string) => opens('anna', wiki, { headers: { Connection: 'keep-alive, Upgrade', Upgrade } });
  const seen = async (protocol: string) => ((await upgrade(protocol)) as LoginResult).body;
  expect(await seen('websocket')).toMatch(/^Connection: Upgrade\nUpgrade: websocket$/m);
  expect(await seen('h2c')).not.toMatch(/^Upgrade:/m);
});

test.each([
  'Remote-User',
  'Remote-Groups',
  'X-Remote-User',
  'X-Forwarded-User',
  'X-Forwarded-Email',
  'X-Forwarded-Groups',
  'X-Forwarded-Preferred-Username',
  'X-Auth-Request-Email',
  'X-WebAuth-User',
  'X_Forwarded_User',
  'Remote.User',
  'X-Original-URL',
])('%s from outside does not reach the app', async (name) => {
  const entered = await opens('anna', wiki, { headers: { [name]: 'forged', 'X-Kept': 'kept' } });
  expect(entered).toMatchObject({ status: 200, body: expect.stringContaining('X-Kept: kept\n') });
  expect(entered).toMatchObject({ body: expect.not.stringContaining('forged') });
});

test("authentik's own links are made with its own host, whatever a visitor calls it", async () => {
  const via = await fake.docker.dialAddress('caddy', 443);
  const token = ((await fake.files.read(at('.homeauth/token.env'))) ?? '').replace(/^.*?=|\n/g, '');
  for (const Host of ['auth.home.example.com:8443', 'AUTH.home.example.com']) {
    const answer = await fake.world.http.dial({
      url: 'https://auth.home.example.com/api/v3/admin/system/',
      ...(via && { via }),
      headers: { Host, Authorization: `Bearer ${token}`, Accept: 'application/json' },
    });
    expect(JSON.parse(answer.body)).toMatchObject({ http_host: 'auth.home.example.com' });
  }
});
