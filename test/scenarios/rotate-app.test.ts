import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { occ, portainer } from '../fakes/apps.ts';
import { homeauthIn, plain } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase } from '../fakes/people.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
const settings = '/data/homeserver.yaml';

beforeAll(async () => {
  first = await installed(['whoami']);
  await first.docker.writeFile('whoami', settings, new Secret('server_name: example.com\n'));
  const speaking = { upstream: 'whoami:80', login: 'oidc' };
  for (const [name, flags] of [
    ['wiki', { ...speaking, redirectUri: ['https://{host}/cb'] }],
    ['miniflux', speaking],
    ['matrix-synapse', { ...speaking, settingsIn: `whoami:${settings}` }],
  ] as const)
    expect((await homeauthIn(first)('add-app', [name], flags)).failure).toBeUndefined();
});
afterAll(() => first.close());
beforeEach(() => begin());
afterEach(() => fake.close());

async function begin(): Promise<void> {
  await fake?.close();
  fake = await copyOf(first);
  homeauth = homeauthIn(fake);
}

const written = async (path: string, name: string) =>
  new RegExp(`^${name}=(.*)$`, 'm').exec((await fake.files.read(at(path))) ?? '')?.[1] ?? '';

/** The secret of an app, which is one and the same on disk and in authentik. */
async function secretOf(app: string): Promise<string> {
  const secret = await written(`.homeauth/apps/${app}.env`, 'CLIENT_SECRET');
  const { oauthProviders } = await databaseOf(fake);
  expect(oauthProviders.find(({ name }) => name === `${app} OpenID Connect`)?.client_secret).toBe(secret);
  return secret;
}

const isWell = async () => expect(await homeauth('plan', [], { exitCode: true })).toMatchObject({ code: 0 });

test.each([
  ['wiki', 'It is shown by: homeauth app wiki --show-secret'],
  ['miniflux', 'In the directory of its compose file: docker compose up -d'],
  ['matrix-synapse', `whoami:${settings} has the new secret, and its container was restarted`],
])('%s: the new one works, the former does not, and what is left to do is said', async (app, says) => {
  const before = await secretOf(app);
  const { code, out, failure } = await homeauth('rotate app', [app]);
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  const after = await secretOf(app);
  expect(after).not.toBe(before);
  expect(after).toHaveLength(64);
  expect(plain(out)).toContain('authentik takes the new client secret invalid_grant');
  expect(plain(out)).toContain('the former client secret is refused invalid_client');
  expect(plain(out)).toContain(says);
  expect(out).not.toContain(after);
  if (app === 'miniflux') expect(await written('apps/miniflux.env', 'OAUTH2_CLIENT_SECRET')).toBe(after);
  if (app === 'matrix-synapse') expect(await fake.docker.readFile('whoami', settings)).toContain(after);
  await isWell();
});

test('apps that are set up by commands and by an API are sent the new one, and nobody is told to enter it', async () => {
  const { values } = occ(fake);
  const state = portainer(fake);
  await fake.files.write('/srv/portainer.key', 'ptr_right\n', 0o600);
  const speaking = { upstream: 'whoami:80', login: 'oidc' };
  for (const [name, flags] of [
    ['nextcloud', { ...speaking, settingsIn: 'whoami' }],
    ['portainer', { ...speaking, apiKeyFile: '/srv/portainer.key' }],
  ] as const)
    expect((await homeauth('add-app', [name], flags)).failure).toBeUndefined();
  const inApp = { nextcloud: () => values.get('secret'), portainer: () => state.settings.OAuthSettings.ClientSecret };
  for (const name of ['nextcloud', 'portainer'] as const) {
    const former = inApp[name]();
    const { failure, out } = await homeauth('rotate app', [name]);
    expect(failure).toBeUndefined();
    expect(inApp[name]()).toBe(await secretOf(name));
    expect(inApp[name]()).not.toBe(former);
    expect(plain(out)).toContain(`${name}: it has the new secret from homeauth.`);
    expect(out).not.toContain('--show-secret');
    await isWell();
  }
  await fake.files.remove('/srv/portainer.key');
  const { failure, out } = await homeauth('rotate app', ['portainer']);
  expect(failure).toBeUndefined();
  expect(inApp.portainer()).not.toBe(await secretOf('portainer'));
  expect(plain(out)).toContain('portainer: it has the former secret, because homeauth could not look into it.');
  await fake.files.write('/srv/portainer.key', 'ptr_right\n', 0o600);
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(inApp.portainer()).toBe(await secretOf('portainer'));
  await isWell();
});

test('other apps keep theirs, and all get another after a leak', async () => {
  const names = ['wiki', 'miniflux', 'matrix-synapse'];
  const before = await Promise.all(names.map(secretOf));
  await homeauth('rotate app', ['wiki']);
  const [wiki, ...others] = await Promise.all(names.map(secretOf));
  expect(others).toEqual(before.slice(1));
  const { code, out, failure } = await homeauth('rotate', ['all'], { leaked: true });
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  const after = await Promise.all(names.map(secretOf));
  for (const [n, one] of [wiki, ...others].entries()) expect(after[n]).not.toBe(one);
  for (const name of names) expect(plain(out)).toContain(`${name}: the former client secret is refused`);
  expect(plain(out)).toContain('homeauth app wiki --show-secret');
  await isWell();
});

test('asks first, and changes nothing without a yes', async () => {
  const before = await secretOf('wiki');
  expect(await homeauth('rotate app', ['wiki'], {}, ['n'])).toMatchObject({ code: 3 });
  expect(await secretOf('wiki')).toBe(before);
});

test('an app without a client secret, and one that is not there, are refused', async () => {
  expect((await homeauth('rotate app', ['whoami'])).failure).toMatchObject({ code: 'app-without-secret' });
  expect((await homeauth('rotate app', ['wikki'])).failure).toMatchObject({ code: 'app-unknown' });
});

test('where authentik goes on with the former one, that is said', async () => {
  const former = await secretOf('wiki');
  const { dial } = fake.world.http;
  const homeauthThen = homeauthIn(fake, {
    world: {
      ...fake.world,
      http: {
        ...fake.world.http,
        async dial(asked) {
          if (asked.url.endsWith('/application/o/token/'))
            await inDatabase(fake, ({ oauthProviders }) => {
              for (const one of oauthProviders) if (one.name.startsWith('wiki')) one.client_secret = former;
            });
          return dial(asked);
        },
      },
    },
  });
  const { code, out } = await homeauthThen('rotate app', ['wiki']);
  expect(code).toBe(4);
  expect(plain(out)).toContain('The former client secret of wiki still works');
});

test('after a power cut, apply finishes it', async () => {
  const whole = cutAt(fake);
  await homeauthIn(fake, whole.over)('rotate app', ['matrix-synapse']);
  const count = whole.effects.length;
  for (const n of new Set([1, 2, Math.ceil(count / 2), count])) {
    await begin();
    const cut = homeauthIn(fake, cutAt(fake, n, n % 2 ? 'after' : 'before').over)('rotate app', ['matrix-synapse']);
    await expect(cut, whole.effects[n - 1]).rejects.toThrow(PowerCut);
    expect((await homeauth('apply')).failure).toBeUndefined();
    const secret = await secretOf('matrix-synapse');
    expect(await fake.docker.readFile('whoami', settings)).toContain(secret);
    await isWell();
  }
});
