import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import { immich, occ, portainer } from '../fakes/apps.ts';
import { type Flags, homeauthIn, plain } from '../fakes/homeauth.ts';
import { at, changeConfig, installed } from '../fakes/installed.ts';
import { databaseOf, objectsIn } from '../fakes/objects.ts';
import { inDatabase } from '../fakes/people.ts';
import { cutAt } from '../fakes/power.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
const nothing = 'Everything is as it should be; nothing was changed.';
/** Whatever was shown while these tests ran. */
const shown: string[] = [];

beforeAll(async () => {
  fake = await installed(['whoami']);
});
afterAll(() => fake.close());

async function run(
  command: Parameters<ReturnType<typeof homeauthIn>>[0],
  args: readonly unknown[] = [],
  flags?: Flags,
) {
  const told = await homeauthIn(fake)(command, args, flags);
  shown.push(told.out, told.err, told.failure ? JSON.stringify(told.failure) : '');
  return told;
}
/** The same machine, for one test alone. */
async function another() {
  const other = await copyOf(fake);
  onTestFinished(() => other.close());
  return { other, there: homeauthIn(other) };
}
const read = async (path: string) => (await fake.files.read(at(path))) ?? '';
const change = async (from: string | RegExp, to: string) =>
  fake.files.write(at('homeauth.yaml'), (await read('homeauth.yaml')).replace(from, to), 0o644);
const clientOf = async (app: string) => {
  const [, id = '', secret = ''] =
    /^CLIENT_ID=(.+)\nCLIENT_SECRET=(.+)\n/.exec(await read(`.homeauth/apps/${app}.env`)) ?? [];
  return { id, secret };
};
const providerOf = async (app: string) =>
  (await databaseOf(fake)).oauthProviders.find(({ name }) => name === `${app} OpenID Connect`);

test('an app that asks authentik by itself gets a client of its own, and its login is walked to the door', async () => {
  const flags = { upstream: 'whoami:80', login: 'oidc', redirectUri: ['https://{host}/oauth2/callback'] };
  const { failure, code, out } = await run('add-app', ['wiki'], flags);
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  expect(plain(out)).toContain('a stranger sees the page of wiki itself: it asks for the login, not Caddy');
  expect(plain(out)).toContain('code exchanged, RS256, PKCE; a second time it is refused');
  expect(plain(out)).toContain('homeauth app wiki');
  expect(plain(out)).toContain('wiki itself reaches auth.home.example.com');
  const { id, secret } = await clientOf('wiki');
  expect([id.length, secret.length]).toEqual([64, 64]);
  expect(await providerOf('wiki')).toMatchObject({
    client_id: id,
    client_secret: secret,
    client_type: 'confidential',
    grant_types: ['authorization_code'],
    redirect_uris: [
      {
        matching_mode: 'strict',
        url: 'https://wiki.home.example.com/oauth2/callback',
        redirect_uri_type: 'authorization',
      },
    ],
    sub_mode: 'hashed_user_id',
    issuer_mode: 'per_provider',
    encryption_key: null,
  });
  const { applications, keypairs, mappings } = await databaseOf(fake);
  const provider = await providerOf('wiki');
  expect(keypairs.find(({ pk }) => pk === provider?.signing_key)?.key_type).toBe('rsa');
  expect(provider?.property_mappings).toHaveLength(3);
  expect(mappings.every(({ managed }) => managed !== null)).toBe(true);
  const application = applications.find(({ slug }) => slug === 'wiki');
  expect(application).toMatchObject({ provider: provider?.pk, meta_launch_url: 'https://wiki.home.example.com/' });
  expect((await run('apply')).out).toBe(nothing);
});

test('what somebody changed in its provider is put right, its owner’s own fields stay', async () => {
  const { id, secret } = await clientOf('wiki');
  await inDatabase(fake, ({ oauthProviders }) => {
    for (const one of oauthProviders) {
      Object.assign(one, { grant_types: [], signing_key: null, property_mappings: [], client_secret: 'another' });
      Object.assign(one, { issuer_mode: 'global', refresh_token_validity: 'days=7' });
      one.redirect_uris = one.redirect_uris.map((uri) => ({ ...uri, url: `${uri.url}/` }));
    }
  });
  const planned = plain((await run('plan')).out);
  for (const words of [
    'grant types: + authorization_code',
    'no RSA key',
    'scope mappings are missing',
    'client secret',
  ])
    expect(planned).toContain(words);
  expect(planned).not.toContain(secret);
  expect((await run('apply')).failure).toBeUndefined();
  expect(await providerOf('wiki')).toMatchObject({
    client_id: id,
    client_secret: secret,
    refresh_token_validity: 'days=7',
  });
  expect((await run('apply')).out).toBe(nothing);
});

test('a secret file that was edited by hand is named, with its line; another secret in it is what counts', async () => {
  const path = at('.homeauth/apps/wiki.env');
  const right = await read('.homeauth/apps/wiki.env');
  await fake.files.write(path, `${right}oops "\n`, 0o600);
  const { failure } = await run('apply');
  expect(failure).toMatchObject({ code: 'env-unreadable' });
  expect(plain(failure?.message ?? '')).toContain(`Line 3 of ${path}`);
  await fake.files.write(path, right.replace(/(?<=CLIENT_SECRET=).+/, 'typed'), 0o600);
  expect((await run('apply')).failure).toBeUndefined();
  expect(await providerOf('wiki')).toMatchObject({ client_secret: 'typed' });
  await fake.files.write(path, right, 0o600);
  expect((await run('apply')).failure).toBeUndefined();
  expect((await run('apply')).out).toBe(nothing);
});

test('what an app knows people by is never changed', async () => {
  await change('    oidc:\n', '    oidc:\n      subject-mode: user_email\n');
  const { failure } = await run('apply');
  expect(failure).toMatchObject({ code: 'subject-mode-fixed' });
  expect(await providerOf('wiki')).toMatchObject({ sub_mode: 'hashed_user_id' });
  await change('      subject-mode: user_email\n', '');
  expect((await run('apply')).out).toBe(nothing);
});

test('somebody outside of its group is refused, and a member gets to the door', async () => {
  await change('    login: oidc\n', '    login: oidc\n    group: family\n');
  expect((await run('apply')).failure).toBeUndefined();
  const verified = await run('verify', [], { verbose: true });
  expect(plain(verified.out)).toContain('wiki: somebody outside of family is refused');
  expect(plain(verified.out)).toContain('code exchanged, RS256, PKCE');
  await inDatabase(fake, (state) => {
    state.bindings = state.bindings.filter(({ target }) => !state.applications.some((app) => app.pk === target));
  });
  const broken = await run('verify');
  expect(broken.code).toBe(4);
  expect(plain(broken.out)).toContain('Everybody with an account can open wiki, which is only for "family"');
  expect((await run('apply')).failure).toBeUndefined();
  expect((await objectsIn(fake)).users).not.toContain('homeauth-outsider');
});

test('an app of the catalogue gets its settings as a file, and its owner is told where it goes', async () => {
  const { failure, code, out } = await run('add-app', ['miniflux'], { upstream: 'whoami:80', login: 'oidc' });
  expect(failure).toBeUndefined();
  // It was not given them yet: told, and no fault of what homeauth has made.
  expect(code).toBe(0);
  expect(plain(out)).toContain('miniflux does not begin a login with authentik yet');
  const { id, secret } = await clientOf('miniflux');
  const env = await read('apps/miniflux.env');
  expect(env).toContain(`OAUTH2_CLIENT_ID=${id}\n`);
  expect(env).toContain(`OAUTH2_CLIENT_SECRET=${secret}\n`);
  expect(env).toContain('OAUTH2_OIDC_DISCOVERY_ENDPOINT=https://auth.home.example.com/application/o/miniflux/\n');
  expect((await fake.files.stat(at('apps/miniflux.env')))?.mode).toBe(0o600);
  const page = await run('app', ['miniflux']);
  expect(plain(page.out)).toContain(`env_file: - ${at('apps/miniflux.env')}`);
  expect(page.out).toContain('https://miniflux.home.example.com/oauth2/oidc/callback');
  expect(page.out).toContain(id);
  expect((await run('apply')).out).toBe(nothing);
});

test('an app that no longer gets to the login from its own container is told, and apply brings it back', async () => {
  await fake.docker.disconnect('caddy', 'caddy_caddynet');
  await fake.docker.connect('caddy', 'caddy_caddynet', ['caddy']);
  const { code, out } = await run('verify');
  expect(code).toBe(4);
  expect(plain(out)).toContain('The container whoami does not reach https://auth.home.example.com/');
  expect(plain((await run('plan')).out)).toContain('not called auth.home.example.com on caddy_caddynet');
  expect((await run('apply')).failure).toBeUndefined();
  expect((await run('verify')).code).toBe(0);
});

test('a client secret is shown on a terminal, where it is asked for, and nowhere else', async () => {
  const { secret } = await clientOf('miniflux');
  expect((await run('app', ['miniflux'], { showSecret: true })).failure).toMatchObject({ code: 'secret-not-shown' });
  const terminal = fakeTerminal([]);
  await homeauthIn(fake, { terminal })('app', ['miniflux'], { showSecret: true });
  expect([terminal.out, terminal.err]).toEqual([[], [secret]]);
  expect((await run('app', ['whoami'])).out).toContain('authentik stands before whoami');
  for (const name of ['wiki', 'miniflux']) {
    const client = await clientOf(name);
    expect(shown.filter((text) => text.includes(client.secret))).toEqual([]);
    expect(await read('.homeauth/ledger.json')).not.toContain(client.secret);
  }
});

test('what people are told by whose word stays right: explain, and the paths that need no login', async () => {
  expect((await run('explain', ['helen', 'wiki'])).out).toContain('helen may not open wiki');
  expect((await run('explain', ['helen', 'miniflux'])).out).toContain('helen may open miniflux');
});

test('explain --claims: what an app would be told of somebody, without their login', async () => {
  const { out } = await run('explain', ['helen', 'miniflux'], { claims: true });
  expect(plain(out)).toContain('authentik would tell miniflux:');
  expect(out).toMatch(/^ {2}preferred_username +helen$/m);
  expect(out).toMatch(/^ {2}groups +\[.*"authentik Admins".*\]$/m);
  expect(out).toMatch(/^ {2}iss +https:\/\/auth\.home\.example\.com\/application\/o\/miniflux\/$/m);
  const none = await run('explain', ['helen', 'whoami'], { claims: true });
  expect(none.failure).toMatchObject({ code: 'app-without-claims' });
});

test('an app changes how it logs in, and changes back', async () => {
  const change2 = async (to: string) => {
    const text = (await read('homeauth.yaml')).replace(/^ {2}- (whoami\n|name: whoami\n.*?(?=^ {2}-))/ms, to);
    await fake.files.write(at('homeauth.yaml'), text, 0o644);
    expect((await run('apply')).failure).toBeUndefined();
    expect((await run('apply')).out).toBe(nothing);
    return run('verify');
  };
  const lines = '  - name: whoami\n    login: oidc\n    oidc:\n      redirect-uris: [{ url: "https://{host}/cb" }]\n';
  const there = await change2(lines);
  expect(there.code).toBe(0);
  const { providers, served } = await objectsIn(fake);
  expect([providers, served]).toEqual([['Home forward auth'], ['Home forward auth']]);
  const back = await change2('  - whoami\n');
  expect(back.code).toBe(0);
  expect((await objectsIn(fake)).providers).toEqual(['Home forward auth', 'whoami']);
  expect(await providerOf('whoami')).toBeUndefined();
  expect(await read('.homeauth/apps/whoami.env')).toBe('');
});

const settings = 'whoami:/data/homeserver.yaml';
const fileOf = async () => (await fake.docker.readFile('whoami', '/data/homeserver.yaml')) ?? '';
const former = 'server_name: example.com # mine\npublic_baseurl: http://old/\n';

test("values of ours are set in the app's own file, where its owner names it, and the app starts anew", async () => {
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: settings };
  const without = await run('add-app', ['matrix-synapse'], flags);
  expect(without.failure).toMatchObject({ code: 'app-file-missing' });
  await fake.docker.writeFile('whoami', '/data/homeserver.yaml', new Secret(former));
  const { failure, out } = await run('add-app', ['matrix-synapse'], flags);
  expect(failure).toBeUndefined();
  const { id, secret } = await clientOf('matrix-synapse');
  const text = await fileOf();
  expect(text).toContain('server_name: example.com # mine\n');
  expect(text).toContain('public_baseurl: https://matrix-synapse.home.example.com/\n');
  for (const value of [id, secret]) expect(text).toContain(value);
  expect(shown.filter((one) => one.includes(secret))).toEqual([]);
  expect(await read('.homeauth/ledger.json')).not.toContain(secret);
  expect(out).not.toContain('homeauth-bug');
  expect((await run('apply')).out).toBe(nothing);
});

test('what somebody changes in that file is told by name and put right; a mistake in it has a name of its own', async () => {
  const right = await fileOf();
  await fake.docker.writeFile(
    'whoami',
    '/data/homeserver.yaml',
    new Secret(right.replace('https://matrix', 'http://matrix')),
  );
  expect(plain((await run('plan')).out)).toContain('public_baseurl: changed');
  expect((await run('apply')).failure).toBeUndefined();
  expect(await fileOf()).toBe(right);
  await fake.docker.writeFile('whoami', '/data/homeserver.yaml', new Secret('a: [\n'));
  expect((await run('apply')).failure).toMatchObject({ code: 'app-file-unreadable' });
  await fake.docker.writeFile('whoami', '/data/homeserver.yaml', new Secret(right));
});

test('the former values come back when the app leaves, and what cannot be written is refused', async () => {
  expect((await run('remove-app', ['matrix-synapse'])).failure).toBeUndefined();
  expect(await fileOf()).toBe(former);
  const byHand = { upstream: 'whoami:80', login: 'oidc' };
  expect((await run('add-app', ['matrix-synapse'], byHand)).failure).toBeUndefined();
  expect(plain((await run('app', ['matrix-synapse'])).out)).toContain(`settings-in: ${settings}`);
  expect((await run('remove-app', ['matrix-synapse'])).failure).toBeUndefined();
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: 'whoami:/data/settings.js' };
  expect((await run('add-app', ['node-red'], flags)).failure).toMatchObject({ code: 'settings-not-written' });
  expect((await run('add-app', ['actual'], { ...flags, settingsIn: '/data/settings.js' })).failure).toMatchObject({
    code: 'config-invalid',
  });
  expect((await run('apply')).out).toBe(nothing);
});

test('while its container is away, what stays in that file is told, and goes when the container is back', async () => {
  const { other, there } = await another();
  const start = async (text: string) => {
    await theirContainer(other, 'synapse');
    await other.docker.writeFile('synapse', '/data/homeserver.yaml', new Secret(text));
  };
  await start(former);
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: 'synapse:/data/homeserver.yaml' };
  expect((await there('add-app', ['matrix-synapse'], flags)).failure).toBeUndefined();
  const written = (await other.docker.readFile('synapse', '/data/homeserver.yaml')) ?? '';
  expect(written).toContain('client_secret');
  await other.docker.remove('synapse');
  const { code, err } = await there('remove-app', ['matrix-synapse']);
  expect(code).toBe(0);
  expect(plain(err)).toContain('there is no container synapse, so what homeauth wrote is still in the file');
  await start(written);
  expect((await there('apply')).code).toBe(0);
  expect(await other.docker.readFile('synapse', '/data/homeserver.yaml')).toBe(former);
  expect((await there('apply')).out).toBe(nothing);
});

test('an app is set up by its own commands, in the container that its owner names, and they are undone', async () => {
  const { other, there } = await another();
  const { values, ran } = occ(other);
  const { failure, out } = await there('add-app', ['nextcloud'], {
    upstream: 'whoami:80',
    login: 'oidc',
    settingsIn: 'whoami',
  });
  expect(failure).toBeUndefined();
  expect(plain(out)).toContain('what else has to be done in it; its settings are there');
  const [, id = '', secret = ''] =
    /^CLIENT_ID=(.+)\nCLIENT_SECRET=(.+)\n/.exec((await other.files.read(at('.homeauth/apps/nextcloud.env'))) ?? '') ??
    [];
  expect(JSON.parse(values.get('authentik') ?? '')).toMatchObject({
    clientId: id,
    discoveryEndpoint: 'https://auth.home.example.com/application/o/nextcloud/.well-known/openid-configuration',
  });
  expect(values.get('overwriteprotocol')).toBe('https');
  expect(values.get('secret')).toBe(secret);
  expect(ran.join('\n')).not.toContain(secret);
  expect((await other.files.read(at('.homeauth/ledger.json'))) ?? '').not.toContain(secret);
  expect((await there('apply')).out).toBe(nothing);
  values.delete('authentik');
  expect(plain((await there('plan')).out)).toContain('provider authentik: missing');
  expect((await there('apply')).failure).toBeUndefined();
  expect((await there('remove-app', ['nextcloud'])).failure).toBeUndefined();
  values.delete('secret');
  expect([...values]).toEqual([['overwriteprotocol', 'http']]);
});

test('an app is told its settings by its API, with a key that is in a file; a key that expires has a name', async () => {
  const { other, there } = await another();
  const state = portainer(other);
  const flags = { upstream: 'whoami:80', login: 'oidc', apiKeyFile: '/srv/portainer.key' };
  expect((await there('add-app', ['portainer'], flags)).failure).toMatchObject({ code: 'app-key-missing' });
  await other.files.write('/srv/portainer.key', 'ptr_right\n', 0o600);
  const { failure, out } = await there('add-app', ['portainer'], flags);
  expect(failure).toBeUndefined();
  expect(state.settings).toMatchObject({
    OAuthSettings: { SSO: true, RedirectURI: 'https://portainer.home.example.com/' },
    LogoURL: 'x',
  });
  const secret = state.settings.OAuthSettings.ClientSecret;
  expect((await other.files.read(at('.homeauth/apps/portainer.env'))) ?? '').toContain(`CLIENT_SECRET=${secret}\n`);
  expect(out).not.toContain(secret);
  expect((await there('apply')).out).toBe(nothing);
  expect((await there('app', ['portainer'])).out).toContain('has its settings from homeauth');

  state.key = 'ptr_another';
  await other.files.write(
    at('homeauth.yaml'),
    ((await other.files.read(at('homeauth.yaml'))) ?? '').replace('title: Portainer', 'title: Ports'),
    0o644,
  );
  const expired = await there('apply');
  expect(expired.failure).toMatchObject({ code: 'app-key-refused' });
  expect(JSON.stringify(expired.failure)).not.toContain('ptr_');
  // All else was carried out.
  expect((await databaseOf(other)).applications.find(({ slug }) => slug === 'portainer')?.name).toBe('Ports');
  expect(plain((await there('plan')).out)).toContain('refuses the key');
  expect(plain((await there('doctor')).out)).toContain('refuses the key in /srv/portainer.key: 401');
  await other.files.write('/srv/portainer.key', 'ptr_another\n', 0o600);
  expect((await there('apply')).out).toBe(nothing);
  expect((await there('remove-app', ['portainer'])).failure).toBeUndefined();
  expect(state.settings.OAuthSettings).toMatchObject({ SSO: false, DefaultTeamID: 4 });
});

test('where the upstream speaks TLS, the key is sent by TLS alone', async () => {
  const { other } = await another();
  const state = portainer(other);
  await other.files.write('/srv/portainer.key', 'ptr_right\n', 0o600);
  const flags = { upstream: 'https://whoami:80', login: 'oidc', apiKeyFile: '/srv/portainer.key' };
  const { failure } = await homeauthIn(other)('add-app', ['portainer'], flags);
  expect(failure).toBeUndefined();
  expect(new Set(state.asked)).toEqual(new Set(['https://whoami:80/api/settings']));
});

test('a client secret that its owner typed is handed over to the letter', async () => {
  const { other, there } = await another();
  const { values } = occ(other);
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: 'whoami' };
  expect((await there('add-app', ['nextcloud'], flags)).failure).toBeUndefined();
  const file = at('.homeauth/apps/nextcloud.env');
  const typed = ((await other.files.read(file)) ?? '').replace(
    /^(CLIENT_SECRET=).*$/m,
    (_, name) => `${name}'a$&b$$c'`,
  );
  await other.files.write(file, typed, 0o600);
  expect((await there('apply')).failure).toBeUndefined();
  expect(values.get('secret')).toBe('a$&b$$c');
});

test('what an app was sent is known of one place alone: another one named for it changes nothing the second time', async () => {
  const { other, there } = await another();
  for (const name of ['cloud', 'office']) {
    await theirContainer(other, name);
    occ(other, name);
  }
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: 'cloud' };
  expect((await there('add-app', ['nextcloud'], flags)).failure).toBeUndefined();
  const config = at('homeauth.yaml');
  const text = (await other.files.read(config)) ?? '';
  await other.files.write(config, text.replace('settings-in: cloud', 'settings-in: office'), 0o644);
  expect((await there('apply')).failure).toBeUndefined();
  expect((await there('apply')).out).toBe(nothing);
});

test('while its container is away, removing all leaves the note of what is still set in it, and no secret', async () => {
  const { other, there } = await another();
  await theirContainer(other, 'cloud');
  occ(other);
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: 'cloud' };
  expect((await there('add-app', ['nextcloud'], flags)).failure).toBeUndefined();
  await other.docker.remove('cloud');
  const removed = await there('remove-app', ['nextcloud']);
  expect(plain(removed.err)).toContain('what homeauth set is still in the app');
  const ended = await there('uninstall', [], { confirm: 'home.example.com' });
  expect(ended.failure).toBeUndefined();
  expect(plain(ended.out)).toContain('What homeauth set in the app of cloud is still set');
  expect(plain(ended.out)).toContain(`rm -r ${at('.homeauth')}`);
  expect(plain(ended.out)).not.toContain('uses it again');
  const left = Object.keys(other.files.snapshot()).filter((path) => path.startsWith(at('')));
  const notes = ['.homeauth', '.homeauth/apps', '.homeauth/apps/nextcloud@cloud.sent', '.homeauth/ledger.json'];
  expect(left).toEqual([at(''), ...notes.map(at)]);
});

test('after a power cut at any command or call of an app, apply finishes what it began, and remove-app gives all back', async () => {
  const speaking = { upstream: 'whoami:80', login: 'oidc' };
  for (const [name, flags] of [
    ['nextcloud', { ...speaking, settingsIn: 'whoami' }],
    ['portainer', { ...speaking, apiKeyFile: '/srv/portainer.key' }],
  ] as const) {
    const scene = async () => {
      const machine = await copyOf(fake);
      await machine.files.write('/srv/portainer.key', 'ptr_right\n', 0o600);
      return { machine, values: occ(machine).values, state: portainer(machine) };
    };
    const whole = await scene();
    const { effects, over } = cutAt(whole.machine);
    expect((await homeauthIn(whole.machine, over)('add-app', [name], flags)).failure).toBeUndefined();
    await whole.machine.close();
    const ofApp = effects.flatMap((effect, n) =>
      /docker.exec whoami|http.dial .*api.settings|\.sent$/.test(effect) ? [n + 1] : [],
    );
    expect(ofApp.length, effects.join('\n')).toBeGreaterThanOrEqual(name === 'nextcloud' ? 5 : 2);
    // By turns on both sides of an effect.
    for (const [i, n] of ofApp.entries()) {
      const when = i % 2 ? 'before' : 'after';
      const { machine, values, state } = await scene();
      await expect(homeauthIn(machine, cutAt(machine, n, when).over)('add-app', [name], flags)).rejects.toThrow();
      const there = homeauthIn(machine);
      const point = `${when} ${effects[n - 1]}`;
      expect((await there('apply')).failure, point).toBeUndefined();
      const secret = name === 'nextcloud' ? values.get('secret') : state.settings.OAuthSettings.ClientSecret;
      expect(await machine.files.read(at(`.homeauth/apps/${name}.env`))).toContain(`=${secret}\n`);
      expect((await there('apply')).out, point).toBe(nothing);
      expect((await there('remove-app', [name])).failure, point).toBeUndefined();
      values.delete('secret');
      expect([...values], point).toEqual([['overwriteprotocol', 'http']]);
      expect(state.settings.OAuthSettings, point).toMatchObject({ SSO: false, DefaultTeamID: 4 });
      await machine.close();
    }
  }
});

test('the same container under two spellings is one place for its settings', async () => {
  const { other, there } = await another();
  await theirContainer(other, 'cloud');
  const { containers } = other.docker;
  const service = { 'com.docker.compose.service': 'office' };
  other.docker.containers = async () =>
    (await containers()).map((one) => (one.name === 'cloud' ? { ...one, labels: { ...one.labels, ...service } } : one));
  const { values } = occ(other, 'cloud');
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: 'cloud' };
  expect((await there('add-app', ['nextcloud'], flags)).failure).toBeUndefined();
  const before = [...values];
  const config = at('homeauth.yaml');
  const text = (await other.files.read(config)) ?? '';
  for (const spelled of ['office', 'cloud']) {
    await other.files.write(config, text.replace('settings-in: cloud', `settings-in: ${spelled}`), 0o644);
    expect((await there('apply')).failure).toBeUndefined();
    expect([...values]).toEqual(before);
    expect((await there('apply')).out).toBe(nothing);
  }
});

test('a container that Compose calls otherwise is the same place, and so is one that is away', async () => {
  const { other, there } = await another();
  const path = '/data/homeserver.yaml';
  const { containers } = other.docker;
  const labels = { 'com.docker.compose.service': 'synapse' };
  other.docker.containers = async () =>
    (await containers()).map((one) => (/^matrix.synapse/.test(one.name) ? { ...one, labels } : one));
  const start = async (name: string, text: string) => {
    await theirContainer(other, name);
    await other.docker.writeFile(name, path, new Secret(text));
  };
  await start('matrix_synapse_1', former);
  const flags = { upstream: 'whoami:80', login: 'oidc', settingsIn: `synapse:${path}` };
  expect((await there('add-app', ['matrix-synapse'], flags)).failure).toBeUndefined();
  const written = (await other.docker.readFile('matrix_synapse_1', path)) ?? '';
  await other.docker.remove('matrix_synapse_1');
  expect((await there('plan')).out).toMatch(/^Nothing to change/);
  expect((await there('apply')).err).not.toContain('kept');

  await start('matrix-synapse-1', written);
  expect((await there('apply')).err).not.toContain('kept');
  expect((await there('plan')).out).toMatch(/^Nothing to change/);
  expect((await there('apply')).out).toBe(nothing);
  expect((await there('remove-app', ['matrix-synapse'])).failure).toBeUndefined();
  expect(await other.docker.readFile('matrix-synapse-1', path)).toBe(former);
  expect((await there('apply')).out).toBe(nothing);
});

test('an app that is started anew in the middle is told by one name, and apply finishes what was begun', async () => {
  const { other, there } = await another();
  const state = portainer(other);
  await other.files.write('/srv/portainer.key', 'ptr_right\n', 0o600);
  const { http } = other.world;
  const { dial } = http;
  http.dial = async (request) => {
    if (request.method !== 'PUT' || new URL(request.url).pathname !== '/api/settings') return dial(request);
    http.dial = dial;
    const fix = 'homeauth doctor';
    throw new Failure({ code: 'no-answer', problem: 'http://whoami:80 does not answer.', fix });
  };
  const flags = { upstream: 'whoami:80', login: 'oidc', apiKeyFile: '/srv/portainer.key' };
  const added = await there('add-app', ['portainer'], flags);
  expect(added.failure).toMatchObject({ code: 'app-api-silent' });
  expect(state.settings.OAuthSettings.SSO).toBe(false);
  expect((await there('apply')).failure).toBeUndefined();
  expect(state.settings.OAuthSettings.SSO).toBe(true);
  expect((await there('apply')).out).toBe(nothing);
  // Nobody can take it back without the key: said before, with what to do, and once.
  await other.files.remove('/srv/portainer.key');
  const removed = await there('remove-app', ['portainer']);
  expect(removed.failure).toBeUndefined();
  expect(plain(removed.err)).toContain('There is no key in /srv/portainer.key, so homeauth takes nothing back');
  expect(plain(removed.err)).toContain('stop here, write the key of an administrator');
  expect(plain(removed.err)).toContain('so what homeauth set stays in the app');
  expect((await there('plan')).out).toMatch(/^Nothing to change/);
});

test('an upstream that is another app than its name says is told, nothing in it is touched, and apply finishes it', async () => {
  const { other } = await another();
  await other.files.write('/srv/immich.key', 'key\n', 0o600);
  const flags = { upstream: 'whoami:80', login: 'oidc', apiKeyFile: '/srv/immich.key' };
  const { failure } = await homeauthIn(other)('add-app', ['immich'], flags);
  expect(failure).toMatchObject({ code: 'app-api-unknown' });
  const { settings } = immich(other);
  await other.files.write('/srv/immich.key', 'immich_right\n', 0o600);
  expect((await homeauthIn(other)('apply')).failure).toBeUndefined();
  expect(settings.passwordLogin.enabled).toBe(true);
  expect((await homeauthIn(other)('apply')).out).toBe(nothing);
});

test("the lines for an app's compose file go into a file beside it, where its owner says so, and go with the app", async () => {
  const { other, there } = await another();
  const { containers } = other.docker;
  const labels = {
    'com.docker.compose.project.config_files': '/srv/feeds/docker-compose.yml',
    'com.docker.compose.service': 'feeds',
  };
  other.docker.containers = async () =>
    (await containers()).map((one) => (one.name === 'whoami' ? { ...one, labels: { ...one.labels, ...labels } } : one));
  await there('remove-app', ['miniflux']);
  const owner = { uid: 1000, gid: 1000 };
  await other.files.makeDirectory('/srv/feeds', 0o755, owner);
  await other.files.write('/srv/feeds/docker-compose.yml', 'services: { feeds: { image: x } }\n', 0o640);
  await other.files.setAccess('/srv/feeds/docker-compose.yml', 0o640, owner);
  const path = '/srv/feeds/docker-compose.override.yml';
  const flags = { upstream: 'whoami:80', login: 'oidc', composeOverride: true };
  const added = await there('add-app', ['miniflux'], flags);
  expect(added.failure).toBeUndefined();
  expect(plain(added.err)).toContain(`${path} has the lines for the compose file`);
  expect(plain(added.err)).toContain('docker compose up -d');
  const text = (await other.files.read(path)) ?? '';
  const { services } = parse(text);
  expect(services.feeds.env_file).toEqual([at('apps/miniflux.env')]);
  expect(await other.files.stat(path)).toMatchObject({ mode: 0o640, owner });
  expect((await there('apply')).out).toBe(nothing);
  expect((await there('add-app', ['miniflux'], { composeOverride: true })).failure).toBeUndefined();
  expect(plain((await there('app', ['miniflux'])).out)).toContain(`${path} has the lines`);
  expect((await there('remove-app', ['miniflux'])).failure).toBeUndefined();
  expect(await other.files.read(path)).toBeUndefined();

  expect((await there('add-app', ['miniflux'], flags)).failure).toBeUndefined();
  await other.files.write(path, `${text}# mine\n`, 0o640);
  expect((await there('apply')).out).toBe(nothing);
  expect((await there('remove-app', ['miniflux'])).failure).toBeUndefined();
  expect(await other.files.read(path)).toBe(`${text}# mine\n`);
  expect((await there('add-app', ['miniflux'], flags)).failure).toMatchObject({ code: 'override-not-possible' });
  expect((await there('add-app', ['miniflux'], { upstream: 'whoami:80', login: 'oidc' })).failure).toBeUndefined();
  expect(await other.files.read(path)).toBe(`${text}# mine\n`);
  const late = await there('add-app', ['miniflux'], { composeOverride: true });
  expect(late.failure).toMatchObject({ code: 'override-not-possible', problem: expect.stringContaining('already') });
});

test('an app that can no longer be set up stops what sets it up, and not what takes it away', async () => {
  const { other } = await another();
  await changeConfig(other.files, (text) =>
    text.replace('  - name: miniflux\n', '  - name: headscale\n    host: miniflux.home.example.com\n'),
  );
  const there = homeauthIn(other);
  expect((await there('apply')).failure).toMatchObject({ code: 'oidc-group' });
  expect((await there('user list')).failure).toBeUndefined();
  expect((await there('uninstall', [], { yes: true })).failure).toBeUndefined();
});

test('what no command takes back is named when its app leaves', async () => {
  const { other, there } = await another();
  const entry = '  - { name: actual-budget, upstream: actual:5006, login: oidc, oidc: { settings-in: actual } }\n';
  await changeConfig(other.files, (text) => `${text.trimEnd()}\n${entry}`);
  const { err, failure } = await there('remove-app', ['actual-budget']);
  expect(failure).toBeUndefined();
  expect(err.replace(/\s+/g, ' ')).toMatch(
    /it stays set there, and works no more: OpenID Connect\. How .*homeauth apps actual-budget/,
  );
});

test('remove-app takes all of it away, and uninstall the rest', async () => {
  expect((await run('remove-app', ['wiki'])).failure).toBeUndefined();
  expect(await providerOf('wiki')).toBeUndefined();
  expect(await read('.homeauth/apps/wiki.env')).toBe('');
  expect((await run('apply')).out).toBe(nothing);
  const { other } = await another();
  const kept = await homeauthIn(other)('uninstall', [], { yes: true });
  expect(kept.failure).toBeUndefined();
  // The client belongs to the database, which stays.
  expect(await other.files.read(at('.homeauth/apps/miniflux.env'))).toContain('CLIENT_SECRET=');
  const { failure } = await run('uninstall', [], { confirm: 'home.example.com' });
  expect(failure).toBeUndefined();
  expect(await fake.files.stat(at(''))).toBeUndefined();
});
