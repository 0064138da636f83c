import { execFile } from 'node:child_process';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pMap from 'p-map';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WHOAMI_IMAGE } from '../machine/names.ts';
import { type Api, apiRequests, changing, openApi } from './main-job/api.ts';
import { hostOf, type Page, visitor } from './main-job/browser.ts';
import { homeauth, homeauthEnds } from './main-job/homeauth.ts';
import { accessOf, containerNames, lives, tree } from './main-job/look.ts';
import { domain, openPlace, type Place } from './main-job/place.ts';

const run = promisify(execFile);
let place: Place;
let api: Api;
let password: string;

const config = () => join(place.root, 'homeauth.yaml');

beforeAll(async () => {
  place = await openPlace();
  await homeauthEnds(0, place.init);
  password = await readFile(join(place.root, '.homeauth/admin-password'), 'utf8');
  api = await openApi(place);
});
afterAll(() => place.close());

const named = async (collection: string, name: string) =>
  (await api.list(collection)).find((row) => row['name'] === name || row['username'] === name);

/** The outpost's providers, by name. */
async function served(): Promise<string[]> {
  const [outpost] = await api.list('outposts/instances');
  const pks = outpost?.['providers'] as number[];
  const providers = await api.list('providers/proxy');
  return providers.filter(({ pk }) => pks.includes(pk as number)).map(({ name }) => String(name));
}

/** Where authentik's login is asked to lead back to, and for whom. */
async function expectLogin({ status, headers }: Page, provider: string, host: string): Promise<void> {
  expect(status).toBe(302);
  const target = new URL(headers['location'] ?? '');
  expect(target.origin + target.pathname).toBe(`https://auth.${domain}/application/o/authorize/`);
  expect(Object.fromEntries(target.searchParams)).toMatchObject({
    client_id: (await named('providers/proxy', provider))?.['client_id'],
    redirect_uri: `https://${host}/outpost.goauthentik.io/callback?X-authentik-auth-callback=true`,
    response_type: 'code',
    state: expect.stringMatching(/./),
  });
}

const identityIn = (page: Page) => /^X-Authentik-Username: (.*)$/m.exec(page.body)?.[1];
const knock = async (app: string) => (await visitor(place.engine)).ask(hostOf(app));
const enter = async (app: string, username: string, secret: string) =>
  (await visitor(place.engine)).open(hostOf(app), username, secret);

test('add-app whoami: a stranger is sent to the login, and helen is known to the app', async () => {
  await homeauthEnds(0, ['add-app', 'whoami']);
  await expectLogin(await knock('whoami'), 'whoami', `whoami.${domain}`);
  const page = await enter('whoami', 'helen', password);
  expect(page).toMatchObject({ status: 200, url: { host: `whoami.${domain}` } });
  expect(identityIn(page)).toBe('helen');
  expect(page.body).toMatch(/^X-Authentik-Email: helen@example.com$/m);
});

const spellings = [
  'X-Authentik-Username',
  'x-authentik-username',
  'X-AUTHENTIK-USERNAME',
  'X_Authentik_Username',
  'X-Authentik_Username',
  'X_Authentik-Username',
  'X.Authentik.Username',
  'X-Authentik.Username',
];

test('a forged name reaches the app in none of its spellings, with a session or without', async () => {
  const helen = await visitor(place.engine);
  await helen.open(hostOf('whoami'), 'helen', password);
  const stranger = await visitor(place.engine);
  for (const name of spellings) {
    const headers = { [name]: 'forged', 'X-Honest': 'yes' };
    expect((await stranger.ask(hostOf('whoami'), { headers })).status, name).toBe(302);
    const page = await helen.ask(hostOf('whoami'), { headers });
    expect(page.body, name).toMatch(/^X-Honest: yes$/m);
    expect(page.body, name).not.toContain('forged');
    expect(identityIn(page), name).toBe('helen');
  }
});

test('an app of my own on the network is protected', async () => {
  await place.engine.docker(['run', '--detach', '--name', 'wiki', '--network', 'caddy_caddynet', WHOAMI_IMAGE]);
  await homeauthEnds(0, ['add-app', 'wiki', '--upstream', 'wiki:80', '--title', 'Our wiki']);
  await expectLogin(await knock('wiki'), 'wiki', `wiki.${domain}`);
  const page = await enter('wiki', 'helen', password);
  expect(identityIn(page)).toBe('helen');
  expect(page.body).toContain(`Host: wiki.${domain}`);
  expect(await named('core/applications', 'Our wiki')).toMatchObject({ slug: 'wiki' });
});

test('an app that believes a header is served on a network of Caddy and it alone', async () => {
  const { docker } = place.engine;
  await docker(['run', '--detach', '--name', 'grocy', '--network', 'caddy_caddynet', WHOAMI_IMAGE]);
  const add = ['add-app', 'grocy', '--upstream', 'grocy:80', '--login', 'header'];
  const refused = await homeauthEnds(2, add);
  expect(refused.err.replace(/\s+/g, ' ')).toContain('docker network create homeauth_grocy');
  await docker(['network', 'create', 'homeauth_grocy']);
  await docker(['network', 'connect', 'homeauth_grocy', 'grocy']);
  await docker(['network', 'disconnect', 'caddy_caddynet', 'grocy']);
  await homeauthEnds(0, add);
  expect(identityIn(await enter('grocy', 'helen', password))).toBe('helen');
  const forged = await knock('grocy');
  expect(forged.status).toBe(302);
  await homeauthEnds(0, ['remove-app', 'grocy']);
  await docker(['rm', '--force', 'grocy']);
  await docker(['network', 'disconnect', 'homeauth_grocy', 'caddy']);
});

test('an app that Caddy cannot reach is named, with the way out', async () => {
  await place.engine.docker(['run', '--detach', '--name', 'blog', WHOAMI_IMAGE]);
  const added = await homeauthEnds(4, ['add-app', 'blog', '--upstream', 'blog:80']);
  expect(added.out.replace(/\s+/g, ' ')).toContain('docker network connect caddy_caddynet blog');
  await place.engine.docker(['network', 'connect', 'caddy_caddynet', 'blog']);
  // Caddy goes on asking for the name for a while, and takes the late answer to that question.
  await expect.poll(async () => identityIn(await enter('blog', 'helen', password)), { timeout: 30_000 }).toBe('helen');
  await homeauthEnds(0, ['verify']);
});

test('a group opens its app to its members alone', async () => {
  await homeauth(['add-app', 'photos', '--upstream', 'wiki:80', '--group', 'family']);
  const family = await named('core/groups', 'family');
  for (const [username, groups] of [
    ['pia', [family?.['pk']]],
    ['tom', []],
  ] as const) {
    const { pk } = await api.post('core/users', { username, name: username, groups });
    await api.post(`core/users/${pk}/set_password`, { password: 'a secret of theirs' });
  }
  await expectLogin(await knock('photos'), 'photos', `photos.${domain}`);
  expect(identityIn(await enter('photos', 'pia', 'a secret of theirs'))).toBe('pia');
  const denied = await enter('photos', 'tom', 'a secret of theirs');
  expect(denied.body).toContain('Permission denied');
  expect(denied.url.host).toBe(`auth.${domain}`);
  expect(identityIn(await enter('wiki', 'tom', 'a secret of theirs'))).toBe('tom');
});

test('verify --as-outsider: a session of another app opens none with a group, and would be told', async () => {
  const proven = await homeauthEnds(0, ['verify', '--as-outsider', '--verbose']);
  expect(proven.out).toContain('photos: an account that is not in its group is refused');
  const [text, etc] = [join(place.base, 'caddy/etc/homeauth.caddy'), '/etc/caddy/Caddyfile'];
  const ours = await readFile(text, 'utf8');
  // Caddy asks for the app of the family as it does for the one of everybody.
  await writeFile(
    text,
    ours.replaceAll(`import authentik photos.${domain} photos`, `import authentik wiki.${domain} wiki`),
  );
  await place.engine.docker(['exec', 'caddy', 'caddy', 'reload', '--config', etc]);
  const told = await homeauthEnds(4, ['verify', '--as-outsider']);
  expect(told.out.replaceAll(/\s+/g, ' ')).toMatch(
    /can open photos, which is only for "family": by .*the session of w/,
  );
  await homeauthEnds(0, ['apply', '--yes']);
  expect(await named('core/users', 'homeauth-outsider')).toBeUndefined();
});

test('with mode domain an app has no provider of its own', async () => {
  await homeauthEnds(0, ['add-app', 'notes', '--upstream', 'wiki:80', '--mode', 'domain']);
  expect(await named('providers/proxy', 'notes')).toBeUndefined();
  await expectLogin(await knock('notes'), 'Home forward auth', `auth.${domain}`);
  const page = await enter('notes', 'helen', password);
  expect(page.url.host).toBe(`notes.${domain}`);
  expect(identityIn(page)).toBe('helen');
});

test('a copy of all of it is whole, and holds what was there', async () => {
  const made = JSON.parse((await homeauthEnds(0, ['backup', '--plain', '--json'])).out);
  console.info(`a copy of ${made.copy.size} bytes took ${(made.took / 1000).toFixed(1)} s`);
  expect(made.copy).toMatchObject({ postgres: expect.stringMatching(/^\d+\.\d+$/), counts: { applications: 5 } });
  expect(made.copy.people.map((one: { username: string }) => one.username).sort()).toEqual(['helen', 'pia', 'tom']);
  const dump = join(made.copy.path, 'database.dump');
  expect((await readFile(dump)).subarray(0, 5).toString()).toBe('PGDMP');
  expect(await accessOf(dump)).toBe('0:0 0600');
  await homeauthEnds(0, ['backup', 'verify']);
  // Cut off: a list of what it should hold would not show it.
  await truncate(dump, made.copy.files['database.dump'].size - 100);
  expect((await homeauthEnds(4, ['backup', 'verify', '--json'])).out).toContain('"is":"changed"');
});

test('a restore brings back who was there, and takes away who came since', { timeout: 300_000 }, async () => {
  const [key, words] = [join(place.around, 'key.txt'), join(place.around, 'database')];
  await run('age-keygen', ['--output', key]);
  const recipient = (await run('age-keygen', ['-y', key])).stdout.trim();
  const { copy } = JSON.parse((await homeauthEnds(0, ['backup', '--recipient', recipient, '--json'])).out);
  // By the program that everybody has.
  await run('age', ['--decrypt', '--identity', key, '--output', words, join(copy.path, 'database.dump.age')]);
  expect((await readFile(words)).subarray(0, 5).toString()).toBe('PGDMP');
  const living = await lives(place.engine);
  const drilled = JSON.parse((await homeauthEnds(0, ['backup', 'drill', '--identity', key, '--json'])).out);
  console.info(`a drill took ${(drilled.took / 1000).toFixed(1)} s`);
  expect(drilled.checks.map(({ status }: { status: string }) => status)).toEqual(Array(6).fill('ok'));
  expect(await lives(place.engine)).toEqual(living);
  const networks = await place.engine.docker(['network', 'ls', '--format', '{{.Name}}']);
  expect(networks.split('\n')).not.toContain('homeauth-drill');
  const before = (await api.list('core/users')).map(({ username }) => username);
  const { pk } = await api.post('core/users', { username: 'late', name: 'Late', groups: [] });
  expect(pk).toBeDefined();
  await homeauthEnds(0, ['remove-app', 'notes']);
  const { took } = await homeauthEnds(0, ['restore', copy.name, '--identity', key, '--confirm', domain]);
  console.info(`a restore took ${(took / 1000).toFixed(1)} s`);
  api = await openApi(place);
  expect((await api.list('core/users')).map(({ username }) => username)).toEqual(before);
  expect(await readFile(config(), 'utf8')).toContain('name: notes');
  expect(identityIn(await enter('notes', 'helen', password))).toBe('helen');
  const databases = 'select datname, pg_get_userbyid(datdba) from pg_database where not datistemplate order by 1';
  const psql = ['exec', 'authentik-postgresql', 'psql', '-X', '-A', '-t', '-U', 'postgres', '-c', databases];
  expect((await place.engine.docker(psql)).trim()).toBe('authentik|authentik\npostgres|postgres');
  await homeauthEnds(0, ['plan', '--exit-code']);
});

test('remove-app takes it away from Caddy, from authentik and from the outpost, and leaves the rest', async () => {
  const before = await lives(place.engine);
  await homeauthEnds(0, ['remove-app', 'whoami']);
  await expect(knock('whoami')).rejects.toThrow(/alert|EPROTO|ECONNRESET/);
  expect(await named('providers/proxy', 'whoami')).toBeUndefined();
  expect(await named('core/applications', 'whoami')).toBeUndefined();
  expect((await served()).sort()).toEqual(['Home forward auth', 'blog', 'photos', 'wiki']);
  const { whoami, ...rest } = before;
  expect(whoami).toBeDefined();
  expect(await lives(place.engine)).toEqual(rest);
  expect(identityIn(await enter('wiki', 'helen', password))).toBe('helen');
});

test('twelve apps at once', async () => {
  const names = Array.from({ length: 12 }, (_, n) => `app${n}`);
  const text = await readFile(config(), 'utf8');
  const rows = names.map((name) => `  - name: ${name}\n    upstream: wiki:80\n`);
  await writeFile(config(), `${text.trimEnd()}\n${rows.join('')}`);
  const before = (await apiRequests(place.engine)).length;

  const { took } = await homeauthEnds(0, ['apply']);
  const writes = changing((await apiRequests(place.engine)).slice(before));
  console.info(`12 apps took ${(took / 1000).toFixed(1)} s and ${writes.length} requests that write`);
  expect(writes.length).toBeLessThanOrEqual(29);
  expect(writes.filter((line) => line.includes('/outposts/instances/'))).toHaveLength(1);
  expect((await served()).filter((name) => name.startsWith('app'))).toHaveLength(12);
  const stranger = await visitor(place.engine);
  const pages = await pMap(names, (name) => stranger.ask(hostOf(name)), { concurrency: 8 });
  expect(pages.filter(({ status }) => status !== 302).map(({ status, body }) => `${status} ${body}`)).toEqual([]);
  const backs = pages.map(
    ({ headers }) => new URL(new URL(headers['location'] ?? '').searchParams.get('redirect_uri')!),
  );
  expect(backs.map(({ host }) => host)).toEqual(names.map((name) => `${name}.${domain}`));
});

test('and a second apply does nothing', async () => {
  const living = ['authentik/db', 'caddy/data', 'caddy/config'];
  const before = { lives: await lives(place.engine), files: await tree(place.base, living) };
  const count = (await apiRequests(place.engine)).length;
  const { took, out } = await homeauthEnds(0, ['apply']);
  expect(out).toBe('Everything is as it should be; nothing was changed.');
  const asked = (await apiRequests(place.engine)).slice(count);
  console.info(`a second apply took ${(took / 1000).toFixed(1)} s and ${asked.length} requests`);
  expect(changing(asked)).toEqual([]);
  expect(await lives(place.engine)).toEqual(before.lives);
  expect(await tree(place.base, living)).toEqual(before.files);
  expect(await containerNames(place.engine)).toContain('wiki');
});
