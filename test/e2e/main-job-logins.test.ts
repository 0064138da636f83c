import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ACTUAL_IMAGE, MINIFLUX_IMAGE, POSTGRES_IMAGE, RADICALE_IMAGE, SYNAPSE_IMAGE } from '../machine/names.ts';
import { openApi } from './main-job/api.ts';
import { hostOf, visitor } from './main-job/browser.ts';
import { logIn, openChromium, visit } from './main-job/chromium.ts';
import { homeauthEnds } from './main-job/homeauth.ts';
import { domain, openPlace, type Place } from './main-job/place.ts';

const run = promisify(execFile);
let place: Place;
let password: string;

beforeAll(async () => {
  place = await openPlace();
  await homeauthEnds(0, place.init);
  password = await readFile(join(place.root, '.homeauth/admin-password'), 'utf8');
});
afterAll(() => place.close());

const knock = async (app: string) => (await visitor(place.engine)).ask(hostOf(app));

/** Miniflux as its own page says to start it, with a profile, and with a file in a volume that has no name. */
async function composeMiniflux(): Promise<void> {
  const directory = join(place.around, 'miniflux');
  await mkdir(directory, { recursive: true });
  await writeFile(
    join(directory, 'docker-compose.yml'),
    `services:
  miniflux:
    image: ${MINIFLUX_IMAGE}
    container_name: miniflux
    profiles: [reader]
    volumes: [/kept]
    environment:
      DATABASE_URL: postgres://miniflux:feeds@db/miniflux?sslmode=disable
      RUN_MIGRATIONS: "1"
    depends_on: { db: { condition: service_healthy } }
    networks: [default, caddynet]
  db:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_USER: miniflux, POSTGRES_PASSWORD: feeds, POSTGRES_DB: miniflux }
    healthcheck: { test: [CMD-SHELL, '[ ! -e /tmp/up ] || sleep 20; pg_isready -h 127.0.0.1 -U miniflux && touch /tmp/up'], interval: 1s, retries: 120 }
networks:
  caddynet: { external: true, name: caddy_caddynet }
`,
  );
  await place.engine.compose(['--profile', 'reader', 'up', '--detach'], { cwd: directory });
  await place.engine.docker(['exec', '--user', '0', 'miniflux', 'touch', '/kept/mine']);
}

test('Miniflux, by its variables and one command: a person logs in with its own button in a browser', {
  timeout: 300_000,
}, async () => {
  await composeMiniflux();
  const proven = await homeauthEnds(0, ['add-app', 'miniflux', '--compose-up']);
  expect(proven.out).toMatch(/miniflux itself reaches auth\.home\.example\.com\s+[\d.]+, certificate trusted, 200/);
  expect(await place.engine.docker(['exec', 'miniflux', 'ls', '/kept'])).toContain('mine');

  const browser = await openChromium();
  const page = await visit(browser, hostOf('miniflux'));
  await page.getByRole('link', { name: 'authentik' }).click();
  await logIn(page, 'helen', password);
  await page.waitForURL(`${hostOf('miniflux')}/**`);
  await page.goto(`${hostOf('miniflux')}/settings`);
  expect(await page.locator('input[name=username]').inputValue()).toBe('helen');
  await browser.close();
  await homeauthEnds(0, ['plan', '--exit-code']);

  // Its own passwords go off for an administrator alone.
  const ownForm = async () => (await knock('miniflux')).body.includes('name="password"');
  expect(await ownForm()).toBe(true);
  const refused = await homeauthEnds(4, ['app', 'miniflux', '--only-sso']);
  expect(refused.err.replace(/\s+/g, ' ')).toContain('helen gets into Miniflux, and is no administrator there.');
  const promote = "update users set is_admin = true where username = 'helen'";
  await place.engine.docker(['exec', 'miniflux-db-1', 'psql', '-U', 'miniflux', '-c', promote]);
  const off = await homeauthEnds(0, ['app', 'miniflux', '--only-sso']);
  expect(off.err.replace(/\s+/g, ' ')).toContain('helen is an administrator of miniflux');
  await expect.poll(async () => (await knock('miniflux')).status, { timeout: 60_000 }).toBe(200);
  expect(await ownForm()).toBe(false);
  await homeauthEnds(0, ['plan', '--exit-code']);
});

/** Actual as its own page says to start it, with the password that its owner gave it. */
async function composeActual(directory: string): Promise<void> {
  await mkdir(directory);
  const networks = '{ caddynet: { external: true, name: caddy_caddynet } }';
  const service = `{ image: '${ACTUAL_IMAGE}', container_name: actual, networks: [caddynet], volumes: ['data:/data'] }`;
  const text = `services: { actual: ${service} }\nnetworks: ${networks}\nvolumes: { data: {} }\n`;
  await writeFile(join(directory, 'compose.yaml'), text);
  await place.engine.compose(['up', '--detach'], { cwd: directory });
  const said = `{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"password":"pennies"}' }`;
  const script = `fetch('http://localhost:5006/account/bootstrap', ${said}).then(({ status }) => process.exit(status === 200 ? 0 : 1))`;
  const bootstrap = () =>
    place.engine.docker(['exec', 'actual', 'node', '-e', script]).then(
      () => true,
      () => false,
    );
  await expect.poll(bootstrap, { timeout: 60_000 }).toBe(true);
}

test('Actual, by a command of its own and an override file, in one command: a person logs in with its own button in a browser', {
  timeout: 300_000,
}, async () => {
  await composeActual(join(place.around, 'actual'));
  await homeauthEnds(0, ['add-app', 'actual-budget', '--settings-in', 'actual', '--compose-up']);

  const browser = await openChromium();
  const page = await visit(browser, hostOf('actual-budget'));
  await page.getByRole('textbox').fill('pennies');
  await page.getByRole('button', { name: 'Start using OpenID' }).click();
  await logIn(page, 'helen', password);
  await page.waitForURL(`${hostOf('actual-budget')}/**`);
  await page.getByText(/helen/i).first().waitFor();
  await browser.close();
  await homeauthEnds(0, ['plan', '--exit-code']);
});

/** A group of which helen and pia are, and tom is not. */
async function makeFamily(): Promise<void> {
  const api = await openApi(place);
  const { pk: family } = await api.post('core/groups', { name: 'family' });
  for (const [username, groups] of [
    ['pia', [family]],
    ['tom', []],
  ] as const) {
    const { pk } = await api.post('core/users', { username, name: username, groups });
    await api.post(`core/users/${pk}/set_password`, { password: 'a secret of theirs' });
  }
  await homeauthEnds(0, ['user', 'groups', 'helen', '--add', 'family']);
}

/** What `ldapsearch` says in the container of the app, as somebody: who is found, or LDAP's number for the refusal. */
async function ldapsearch(username: string, secret: string, filter: string): Promise<string[] | number> {
  const base = domain.replace(/(^|\.)/g, (dot) => `${dot && ','}dc=`);
  const at = 'ldap://authentik-ldap-radicale.homeauth.internal:3389';
  const bind = ['-x', '-LLL', '-o', 'nettimeout=10', '-H', at, '-D', `cn=${username},ou=users,${base}`, '-w', secret];
  const asked = ['exec', 'radicale', 'ldapsearch', ...bind, '-b', `ou=users,${base}`, filter, 'cn'];
  const { host } = place.engine;
  return run('docker', asked, { env: { ...process.env, DOCKER_HOST: host } }).then(
    ({ stdout }) => [...stdout.matchAll(/^cn: (.*)$/gm)].map(([, name = '']) => name),
    ({ code }) => code as number,
  );
}

test('Radicale, by its file and LDAP: members of its group log in on its own page, and nobody else', {
  timeout: 600_000,
}, async () => {
  const { docker } = place.engine;
  const file = () => docker(['exec', 'radicale', 'cat', '/config/config']);
  await docker(['run', '--detach', '--name', 'radicale', '--network', 'caddy_caddynet', RADICALE_IMAGE]);
  const former = await file();
  await makeFamily();
  const add = ['add-app', 'radicale', '--group', 'family', '--settings-in', 'radicale:/config/config'];
  expect((await homeauthEnds(2, add)).err.replace(/\s+/g, ' ')).toContain('chmod o= /config/config');
  await docker(['exec', 'radicale', 'chmod', 'o=', '/config/config']);
  const added = await homeauthEnds(0, add);
  console.info(`an app by LDAP took ${(added.took / 1000).toFixed(1)} s`);
  const said = added.out.replace(/\s+/g, ' ');
  expect(said).toContain('the account of radicale gets in by LDAP, and finds people');
  expect(said).toContain('somebody who may open radicale gets in by LDAP with their password alone');
  expect(said).toContain('somebody outside of family is refused by LDAP');
  await docker(['network', 'connect', 'homeauth_ldap_radicale', 'radicale']);

  const account = 'homeauth-ldap-radicale';
  const [, bind = ''] = /=(.+)/.exec(await readFile(join(place.root, '.homeauth/ldap/radicale.env'), 'utf8')) ?? [];
  const family = '(&(objectClass=user)(memberOf=cn=family,ou=groups,dc=home,dc=example,dc=com))';
  expect((await ldapsearch(account, bind, family)).toString()).toBe('helen,pia');
  expect(await ldapsearch('pia', 'a secret of theirs', '(objectClass=user)')).toEqual(['pia']);
  expect(await ldapsearch('pia', 'not theirs', '(objectClass=user)')).toBe(49);
  expect(await ldapsearch('tom', 'a secret of theirs', '(objectClass=user)')).toBe(50);

  const browser = await openChromium();
  const asks = async (username: string, secret: string) => {
    const page = await visit(browser, `${hostOf('radicale')}/.web/`);
    await page.locator('#loginscene [data-name=user]').fill(username);
    await page.locator('#loginscene [data-name=password]').fill(secret);
    await page.getByRole('button', { name: 'Next' }).click();
    return page;
  };
  // On a busy machine its question by LDAP can be late for Radicale: who types it again gets in.
  const getsIn = (username: string, secret: string) =>
    vi.waitFor(
      async () => {
        const page = await asks(username, secret);
        await page.locator('#collectionsscene').waitFor({ timeout: 10_000 });
        return page;
      },
      { timeout: 90_000 },
    );
  const helen = await getsIn('helen', password);
  expect(await helen.locator('#logoutview [data-name=user]').textContent()).toContain('helen');
  for (const [username, secret] of [
    ['tom', 'a secret of theirs'],
    ['pia', 'not theirs'],
  ] as const)
    await (await asks(username, secret)).getByText('Error: 401').waitFor();

  const rotated = await homeauthEnds(0, ['rotate', 'app', 'radicale']);
  expect(rotated.out.replace(/\s+/g, ' ')).toContain('radicale:/config/config has the new bind password');
  expect(await ldapsearch(account, bind, family)).toBe(49);
  await expect.poll(async () => (await knock('radicale')).status, { timeout: 30_000 }).toBe(302);
  await getsIn('helen', password);
  await browser.close();
  await homeauthEnds(0, ['plan', '--exit-code']);
  await homeauthEnds(0, ['remove-app', 'radicale']);
  expect(await file()).toBe(former);
  // While the app is on its network, that stays.
  await docker(['rm', '--force', 'radicale']);
  await homeauthEnds(0, ['apply']);
});

/** Synapse as its own page says to start it: it makes its file of settings itself, in a volume. */
async function composeSynapse(directory: string): Promise<void> {
  await mkdir(directory);
  const named = ['--env', 'SYNAPSE_SERVER_NAME=chat.example.com', '--env', 'SYNAPSE_REPORT_STATS=no'];
  await place.engine.docker(['run', '--rm', '--volume', 'synapse:/data', ...named, SYNAPSE_IMAGE, 'generate']);
  const networks = '{ caddynet: { external: true, name: caddy_caddynet } }';
  const service = `{ image: '${SYNAPSE_IMAGE}', container_name: synapse, networks: [caddynet], volumes: ['synapse:/data'] }`;
  const volumes = '{ synapse: { external: true } }';
  const text = `services: { synapse: ${service} }\nnetworks: ${networks}\nvolumes: ${volumes}\n`;
  await writeFile(join(directory, 'compose.yaml'), text);
  await place.engine.compose(['up', '--detach'], { cwd: directory });
}

const settingsOfSynapse = () =>
  place.engine.docker(['exec', 'synapse', 'sh', '-c', 'cd /data; stat --format "%u:%g %a" h*.yaml; cat h*.yaml']);

test('Synapse, by its file of settings: a person logs in with its own page in a browser, and it gets its file back', {
  timeout: 300_000,
}, async () => {
  const directory = join(place.around, 'synapse');
  await composeSynapse(directory);
  const add = ['add-app', 'matrix-synapse', '--settings-in', 'synapse:/data/homeserver.yaml', '--compose-up'];
  // It makes its file readable for everybody.
  const refused = await homeauthEnds(2, add);
  const [, remedy = ''] = /docker (exec --user 0 .* chmod o= \S+)/.exec(refused.err.replace(/\s+/g, ' ')) ?? [];
  await place.engine.docker(remedy.split(' '));
  const former = await settingsOfSynapse();
  // It does not start where it cannot ask authentik: it is made anew first, and trusts Caddy's authority.
  const proven = await homeauthEnds(0, add);
  const told = proven.out.replace(/\s+/g, ' ');
  expect(told).toContain('matrix-synapse itself reaches auth.home.example.com');
  expect(told).toContain('matrix-synapse begins the login with authentik');
  const ours = await settingsOfSynapse();
  for (const line of former.split('\n')) expect(ours.split('\n')).toContain(line);

  const browser = await openChromium();
  const page = await visit(browser, `${hostOf('matrix-synapse')}/_matrix/static/client/login/`);
  const entered = page.waitForResponse(
    (answer) => answer.url().endsWith('/login') && answer.request().method() === 'POST',
  );
  await page.getByRole('button', { name: 'Log in' }).first().click();
  await logIn(page, 'helen', password);
  expect(await (await entered).json()).toMatchObject({ user_id: '@helen:chat.example.com' });
  await browser.close();
  await homeauthEnds(0, ['plan', '--exit-code']);

  await homeauthEnds(0, ['remove-app', 'matrix-synapse']);
  expect(await settingsOfSynapse()).toBe(former);
  const own = ['inspect', '--format', '{{.Config.Env}} {{range .Mounts}}{{.Destination}} {{end}}', 'synapse'];
  expect(await place.engine.docker(own)).not.toMatch(/HOMEAUTH_REVISION|authorities/);
});
