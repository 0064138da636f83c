import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { immich, occ, signsIn } from '../fakes/apps.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
const nothing = 'Everything is as it should be; nothing was changed.';
const plain = (text: unknown) => [text].flat().join(' ').replace(/\s+/g, ' ');
const off = { onlySso: true };
const on = { onlySso: false };

beforeAll(async () => {
  fake = await installed(['whoami']);
});
afterAll(() => fake.close());

async function machine() {
  const there = await copyOf(fake);
  onTestFinished(() => there.close());
  const run = homeauthIn(there);
  const read = async (path: string) => (await there.files.read(path.startsWith('/') ? path : at(path))) ?? '';
  return { there, run, read };
}

async function withMiniflux() {
  const made = await machine();
  const { failure } = await made.run('add-app', ['miniflux'], { upstream: 'whoami:80', login: 'oidc' });
  expect(failure).toBeUndefined();
  const app = signsIn(made.there, 'miniflux', {
    start: '/oauth2/oidc/redirect',
    callback: '/oauth2/oidc/callback',
    home: '/unread',
  });
  // Compose, which homeauth never runs for others.
  const { container } = made.there.docker;
  const composed: { environment?: Record<string, string> } = {};
  made.there.docker.container = async (name) => {
    const found = await container(name);
    return found && name === 'whoami' && composed.environment
      ? { ...found, environment: { ...found.environment, ...composed.environment } }
      : found;
  };
  return { ...made, app, composed };
}

test('by variables: proven as an administrator, written, told, and taken back', async () => {
  const { run, read, composed } = await withMiniflux();
  const planned = await run('app', ['miniflux'], { ...off, dryRun: true });
  expect(planned.failure).toBeUndefined();
  expect(await read('homeauth.yaml')).not.toContain('only-sso');

  const { failure, out, err } = await run('app', ['miniflux'], off);
  expect(failure).toBeUndefined();
  expect(plain(err)).toContain('helen is an administrator of miniflux');
  expect(plain(out)).toContain('its container is made anew, in the folder of its compose file: docker compose up -d');
  expect(plain(out)).toContain('Switch them on again: homeauth app miniflux --no-only-sso');
  expect(plain(out)).toContain(`Without homeauth: delete DISABLE_LOCAL_AUTH in ${at('apps/miniflux.env')}, then`);
  expect(await read('homeauth.yaml')).toMatch(/oidc:\n +only-sso: true\n/);
  expect(await read('apps/miniflux.env')).toContain('DISABLE_LOCAL_AUTH=1\n');
  expect((await run('apply')).out).toBe(nothing);
  expect((await run('app', ['miniflux'], off)).failure).toBeUndefined();
  expect((await run('plan')).out).toMatch(/^Nothing to change/);

  expect(plain((await run('doctor')).out)).toContain('Miniflux still takes passwords of its own');
  composed.environment = { DISABLE_LOCAL_AUTH: '1' };
  expect((await run('doctor')).out).not.toContain('still takes passwords');
  expect(plain((await run('app', ['miniflux'])).out)).toContain('people get in by authentik alone');
  expect(plain((await run('explain', ['helen', 'miniflux'])).out)).toContain('are switched off (only-sso)');

  // Without passwords of its own, nobody would get in.
  const stays = await run('remove-app', ['miniflux']);
  expect(stays.failure).toMatchObject({ code: 'passwords-off' });
  expect(plain(stays.failure?.fix)).toContain('docker compose up -d');
  const back = await run('app', ['miniflux'], on);
  expect(back.failure).toBeUndefined();
  expect(plain(back.out)).toContain('docker compose up -d');
  expect(await read('homeauth.yaml')).toMatch(/only-sso: false\n/);
  expect(await read('apps/miniflux.env')).not.toContain('DISABLE_LOCAL_AUTH');
  composed.environment = {};
  expect((await run('remove-app', ['miniflux'])).failure).toBeUndefined();
  expect((await run('apply')).out).toBe(nothing);
});

test('nothing is switched off where the owner does not get in, or administers nothing there', async () => {
  const { run, read, app } = await withMiniflux();
  const before = await read('homeauth.yaml');
  app.refusesAll = true;
  const refused = await run('app', ['miniflux'], off);
  expect(refused).toMatchObject({ code: 4, failure: { code: 'only-sso-not-proven' } });
  expect(plain(refused.err)).toContain('miniflux sends helen back to its own login');
  app.refusesAll = false;
  app.onlyAdministrators.status = 403;
  const mere = await run('app', ['miniflux'], off);
  expect(mere).toMatchObject({ code: 4, failure: { code: 'only-sso-not-proven' } });
  expect(mere.failure?.problem).toBe('helen gets into Miniflux, and is no administrator there.');

  // The app does not say it: the owner does, where they can be asked.
  app.onlyAdministrators.status = 401;
  const asked = await run('app', ['miniflux'], off);
  expect(asked).toMatchObject({ code: 2, failure: { code: 'only-sso-not-proven' } });
  expect(plain(asked.failure?.fix)).toContain('write only-sso: true below oidc of miniflux');
  const no = await run('app', ['miniflux'], off, ['n']);
  expect(no.failure?.code).toBe('refused');
  expect(plain(no.err)).toContain('homeauth cannot see: look in Miniflux');
  expect(await read('homeauth.yaml')).toBe(before);
  expect(await read('apps/miniflux.env')).not.toContain('DISABLE_LOCAL_AUTH');
  const yes = await run('app', ['miniflux'], off, ['y', 'y']);
  expect(yes.failure).toBeUndefined();
  expect(await read('apps/miniflux.env')).toContain('DISABLE_LOCAL_AUTH=1\n');
});

async function withImmich() {
  const made = await machine();
  const api = immich(made.there);
  await made.there.files.write('/srv/immich.key', 'immich_right\n', 0o600);
  const flags = { upstream: 'whoami:80', login: 'oidc', apiKeyFile: '/srv/immich.key' };
  expect((await made.run('add-app', ['immich'], flags)).failure).toBeUndefined();
  const app = signsIn(made.there, 'immich', {
    start: '/api/oauth/authorize',
    callback: '/auth/login',
    home: '/photos',
  });
  app.finish = '/api/oauth/callback';
  app.onlyAdministrators = { path: '/api/users/me', status: 200, body: '{"isAdmin":true}' };
  return { ...made, api, app };
}

test('by an HTTP API: its own script ends the login, and remove-app switches passwords on before it lets go', async () => {
  const { there, run, read, api, app } = await withImmich();
  app.onlyAdministrators.body = '{"isAdmin":false}';
  expect((await run('app', ['immich'], off)).failure).toMatchObject({ code: 'only-sso-not-proven' });
  expect(api.settings.passwordLogin.enabled).toBe(true);
  app.onlyAdministrators.body = '{"isAdmin":true}';
  const { failure, out } = await run('app', ['immich'], off);
  expect(failure).toBeUndefined();
  expect(app.accounts).toEqual(['helen', 'helen']);
  expect(api.settings).toMatchObject({
    passwordLogin: { enabled: false },
    oauth: { enabled: true },
    theme: { customCss: 'x' },
  });
  expect(plain(out)).toContain('Without homeauth: run immich-admin enable-password-login');
  expect(out).not.toContain('compose');
  expect((await run('apply')).out).toBe(nothing);

  // Somebody switched them on by hand.
  api.settings.passwordLogin.enabled = true;
  expect(plain((await run('plan')).out)).toContain('passwordLogin.enabled: changed');
  expect((await run('apply')).failure).toBeUndefined();
  expect(api.settings.passwordLogin.enabled).toBe(false);

  // By hand in homeauth.yaml.
  await there.files.write(
    at('homeauth.yaml'),
    (await read('homeauth.yaml')).replace('only-sso: true', 'only-sso: false'),
    0o644,
  );
  expect((await run('apply')).failure).toBeUndefined();
  expect(api.settings).toMatchObject({ passwordLogin: { enabled: true }, oauth: { enabled: true } });
  expect((await run('apply')).out).toBe(nothing);

  expect((await run('app', ['immich'], off)).failure).toBeUndefined();
  const { dial } = there.world.http;
  const writes: string[] = [];
  there.world.http.dial = async (asked) => {
    if (asked.method === 'PUT') writes.push(JSON.stringify(JSON.parse(asked.body ?? '').passwordLogin));
    return dial(asked);
  };
  const removed = await run('remove-app', ['immich']);
  expect(removed.failure).toBeUndefined();
  expect(plain(removed.err)).toContain('The passwords that Immich has of its own are switched on again first.');
  expect(writes[0]).toBe('{"enabled":true}');
  expect(api.settings).toMatchObject({ passwordLogin: { enabled: true }, oauth: { enabled: false } });
  expect((await run('apply')).out).toBe(nothing);
});

test('without its key nothing is switched, neither off nor on, and what stays is said', async () => {
  const { there, run, api } = await withImmich();
  await there.files.remove('/srv/immich.key');
  expect((await run('app', ['immich'], off)).failure).toMatchObject({ code: 'only-sso-unseen' });
  await there.files.write('/srv/immich.key', 'immich_right\n', 0o600);
  expect((await run('app', ['immich'], off)).failure).toBeUndefined();
  await there.files.remove('/srv/immich.key');
  expect((await run('app', ['immich'], on)).failure).toMatchObject({ code: 'only-sso-unseen' });
  const stays = await run('remove-app', ['immich']);
  expect(stays.failure).toMatchObject({ code: 'only-sso-unseen' });
  expect(plain(stays.failure?.fix)).toContain('/srv/immich.key');
  expect(api.settings.passwordLogin.enabled).toBe(false);
});

test('by a command, and in a file: told, and undone by remove-app', async () => {
  const { there, run } = await machine();
  const { values } = occ(there);
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: 'whoami' };
  expect((await run('add-app', ['nextcloud'], flags)).failure).toBeUndefined();
  const app = signsIn(there, 'nextcloud', {
    start: '/apps/user_oidc/login/1',
    callback: '/apps/user_oidc/code',
    home: '/apps/files',
  });
  const asked = await run('app', ['nextcloud'], off, ['y', 'y']);
  expect(asked.failure).toBeUndefined();
  expect(app.accounts).toEqual(['helen']);
  expect(values.get('user_oidc allow_multiple_user_backends')).toBe('0');
  expect(plain(asked.out)).toContain(
    'the form for names and passwords stays at https://nextcloud.home.example.com/login?direct=1',
  );
  expect(plain(asked.out)).toContain(
    'docker exec -u www-data whoami php occ config:app:delete user_oidc allow_multiple_user_backends',
  );
  expect((await run('apply')).out).toBe(nothing);
  expect((await run('remove-app', ['nextcloud'])).failure).toBeUndefined();
  expect(values.has('user_oidc allow_multiple_user_backends')).toBe(false);
  expect((await run('apply')).out).toBe(nothing);
});

test('an app of which it is not known how is refused, with what is known', async () => {
  const { there, run, read } = await machine();
  const flags = { upstream: 'whoami:80', login: 'oidc' };
  expect((await run('add-app', ['photoprism'], flags)).failure).toBeUndefined();
  const { failure, code } = await run('app', ['photoprism'], off);
  expect([code, failure?.code]).toEqual([2, 'only-sso-not-possible']);
  expect(plain(failure?.why)).toContain('PHOTOPRISM_OIDC_REDIRECT=true');
  expect((await run('add-app', ['nextcloud'], { ...flags, host: 'cloud.home.example.com' })).failure).toBeUndefined();
  const lacking = await run('app', ['nextcloud'], off);
  expect(lacking.failure).toMatchObject({ code: 'only-sso-not-possible' });
  expect(plain(lacking.failure?.fix)).toContain('settings-in');
  expect((await run('app', ['whoami'], off)).failure).toMatchObject({ code: 'only-sso-not-possible' });
  // Nobody is locked in by a word that cannot be kept.
  const text = (await read('homeauth.yaml')).replace(
    'name: photoprism\n',
    'name: photoprism\n    oidc: { only-sso: true }\n',
  );
  await there.files.write(at('homeauth.yaml'), text, 0o644);
  expect((await run('apply')).failure).toMatchObject({ code: 'only-sso-not-possible' });
  expect((await run('remove-app', ['photoprism'])).failure).toBeUndefined();
});
