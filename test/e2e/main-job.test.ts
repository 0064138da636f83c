import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authentikImage, CADDY_IMAGE, POSTGRES_IMAGE } from '../machine/names.ts';
import { recorder } from '../world/docker/recorder.ts';
import { apiRequests, changing, openApi } from './main-job/api.ts';
import { hostOf, visitor } from './main-job/browser.ts';
import { composeDefinitions, dockerDefinition } from './main-job/definition.ts';
import { type Happening, happenings } from './main-job/events.ts';
import { homeauth, homeauthEnds, type Ran } from './main-job/homeauth.ts';
import { accessOf, containerNames, inspect, lives, networkNames, tree } from './main-job/look.ts';
import { domain, openPlace, type Place } from './main-job/place.ts';

let place: Place;
let first: Ran;
let happened: Happening[];
let password: string;

const stack = ['authentik', 'authentik-postgresql', 'authentik-worker'];
const at = (...path: string[]) => join(place.base, ...path);
/** Where a database or Caddy keeps writing. */
const living = ['authentik/db', 'caddy/data', 'caddy/config'];
const files = () => tree(place.base, living);

/** The values of an env file, quotes taken off. */
async function valuesIn(path: string): Promise<Record<string, string>> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(lines.map((line) => line.replace(/["']/g, '').split(/=(.*)/s, 2) as [string, string]));
}

/** What is made once and never again. */
async function secrets(): Promise<Record<string, string>> {
  const { POSTGRES_PASSWORD = '', AUTHENTIK_SECRET_KEY = '' } = await valuesIn(at('authentik/container-vars.env'));
  return { POSTGRES_PASSWORD, AUTHENTIK_SECRET_KEY, ...(await valuesIn(at('authentik/.homeauth/token.env'))) };
}

beforeAll(async () => {
  place = await openPlace();
  happened = await happenings(place.engine, async () => {
    first = await homeauth(place.init);
  });
  password = await readFile(at('authentik/.homeauth/admin-password'), 'utf8').catch(() => '');
});
afterAll(() => place.close());

test('init makes a login page that helen can use', async () => {
  expect(first.err).not.toContain('✗');
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining('✓ helen can log in') });
  console.info(`init took ${(first.took / 1000).toFixed(1)} s`);

  const stranger = await visitor(place.engine);
  expect(await stranger.ask(hostOf('auth'))).toMatchObject({ status: 302 });
  const home = await (await visitor(place.engine)).open(hostOf('auth'), 'helen', password);
  expect(home).toMatchObject({ status: 200, url: { pathname: '/if/user/' } });
  const wrong = await (await visitor(place.engine)).open(hostOf('auth'), 'helen', 'not her password');
  expect(wrong.body).toContain('response_errors');
});

test('every path has its owner and mode', async () => {
  const expected = {
    '.': '0:0 0755',
    authentik: '0:0 0755',
    'authentik/certs': '0:1000 0750',
    'authentik/data': '1000:1000 0750',
    'authentik/templates': '0:1000 0750',
    'authentik/db': '70:70 0700',
    'authentik/container-vars.env': '0:0 0600',
    'authentik/docker-compose.yml': '0:0 0644',
    'authentik/postgresql-role.sql': '0:0 0644',
    'authentik/postgresql-vars.env': '0:0 0600',
    'authentik/homeauth.yaml': '0:0 0644',
    'authentik/.homeauth': '0:0 0700',
    'authentik/.homeauth/admin-password': '0:0 0600',
    'authentik/.homeauth/homeauth.schema.json': '0:0 0644',
    'authentik/.homeauth/ledger.json': '0:0 0600',
    'authentik/.homeauth/token.env': '0:0 0600',
    caddy: '0:0 0755',
    'caddy/config': '0:0 0755',
    'caddy/data': '0:0 0755',
    'caddy/docker-compose.yml': '0:0 0644',
    'caddy/etc': '0:0 0755',
    'caddy/etc/Caddyfile': '0:0 0644',
    'caddy/etc/homeauth.caddy': '0:0 0644',
  };
  const found = Object.entries(await files()).map(([path, words]) => [path || '.', words.split(' ', 2).join(' ')]);
  expect(Object.fromEntries(found)).toEqual(expected);
  expect(await accessOf('/etc/homeauth/location')).toBe('0:0 0644');
  expect(await readFile('/etc/homeauth/location', 'utf8')).toBe(`${at('authentik/homeauth.yaml')}\n`);
});

test('the containers are those of the guide', async () => {
  expect(await containerNames(place.engine)).toEqual([...stack, 'caddy'].sort());
  expect(await networkNames(place.engine)).toEqual(['authentik_backend', 'authentik_proxy', 'caddy_caddynet']);
  const release = authentikImage('2026.8.6');
  const expected: Record<string, { image: string; networks: string[]; ports: string[] }> = {
    'authentik-postgresql': { image: POSTGRES_IMAGE, networks: ['authentik_backend'], ports: [] },
    authentik: { image: release, networks: ['authentik_backend', 'authentik_proxy'], ports: [] },
    'authentik-worker': { image: release, networks: ['authentik_backend'], ports: [] },
    caddy: {
      image: CADDY_IMAGE,
      networks: ['authentik_proxy', 'caddy_caddynet'],
      ports: ['443/tcp', '443/udp', '80/tcp'],
    },
  };
  for (const [name, { image, networks, ports }] of Object.entries(expected)) {
    const { Config, HostConfig, Mounts, NetworkSettings, State } = await inspect(place.engine, name);
    expect(Config).toMatchObject({ Hostname: name, Image: image });
    expect(State.Running).toBe(true);
    expect(HostConfig).toMatchObject({ RestartPolicy: { Name: 'unless-stopped' }, Privileged: false });
    expect(Object.keys(NetworkSettings.Networks).sort()).toEqual(networks);
    expect(Object.keys(HostConfig.PortBindings ?? {}).sort()).toEqual(ports);
    expect(Mounts.filter(({ Source }) => !Source.startsWith(`${place.base}/`))).toEqual([]);
    if (name.startsWith('authentik')) expect(Mounts.some(({ Source }) => Source.endsWith('.sock'))).toBe(false);
  }
  const user = async (name: string) => (await place.engine.docker(['exec', name, 'id', '-u'])).trim();
  expect(await user('authentik')).toBe('1000');
  expect(await user('authentik-worker')).toBe('1000');
});

test('no container can do more, knows more or keeps more than it needs', async () => {
  const entrypoint = ['+CHOWN', '+DAC_OVERRIDE', '+FOWNER', '+SETGID', '+SETUID'];
  const keeps = { 'authentik-postgresql': entrypoint, caddy: ['+NET_BIND_SERVICE'] } as Record<string, string[]>;
  for (const name of [...stack, 'caddy']) {
    expect(await dockerDefinition(place.engine, name)).toMatchObject({
      rights: [...(keeps[name] ?? []), '-ALL', 'no-new-privileges'],
      log: { driver: 'json-file', 'max-size': '10m', 'max-file': '3' },
    });
    // What the kernel says of the process that serves.
    const status = await place.engine.docker(['exec', name, 'cat', '/proc/1/status']);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(name === 'caddy' ? /^CapEff:\s+0+400$/m : /^CapEff:\s+0+$/m);
  }
  const { environment } = await dockerDefinition(place.engine, 'authentik-postgresql');
  expect(Object.keys(environment).filter((variable) => variable.startsWith('AUTHENTIK_'))).toEqual([]);
  for (const folder of ['certs', 'templates']) {
    const touch = ['exec', 'authentik-worker', 'touch', `/${folder}/mine`];
    await expect(place.engine.docker(touch)).rejects.toThrow(/Read-only file system/);
  }
});

test('authentik believes Caddy to be its proxy, and nobody else: no account of this server, no other container', async () => {
  const { engine } = place;
  const token = /^HOMEAUTH_TOKEN=["']?(\w+)/m.exec(await readFile(at('authentik/.homeauth/token.env'), 'utf8'))?.[1];
  const seen = (body: string): unknown => JSON.parse(body);
  const headers = { Accept: 'application/json', Authorization: `Bearer ${token}`, 'X-Forwarded-Proto': 'https' };
  const path = '/api/v3/admin/system/';
  const throughCaddy = await (await visitor(engine)).ask(`${hostOf('auth')}${path}`, { headers });
  expect(seen(throughCaddy.body)).toMatchObject({ http_is_secure: true });

  const { NetworkSettings } = await inspect(engine, 'authentik');
  for (const { IPAddress } of Object.values(NetworkSettings.Networks)) {
    const beside = await fetch(`http://${IPAddress}:9000${path}`, { headers });
    expect(seen(await beside.text())).toMatchObject({ http_is_secure: false });
  }
  // An app's container does not even reach it.
  await engine.docker([
    'run',
    '--detach',
    '--name',
    'app',
    '--network',
    'caddy_caddynet',
    'homeauth-test/base',
    'sleep',
    '99',
  ]);
  const wget = ['exec', 'app', 'busybox', 'wget', '-T', '3', '-qO-'];
  const addresses = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
  for (const host of ['authentik', 'authentik.homeauth.internal.', ...addresses]) {
    await expect(engine.docker([...wget, `http://${host}:9000/-/health/live/`])).rejects.toThrow();
  }
  await engine.docker(['rm', '--force', 'app']);
});

test('container-vars.env has what the guide has, and secrets of 64 letters and digits', async () => {
  const values = await valuesIn(at('authentik/container-vars.env'));
  const { POSTGRES_PASSWORD, AUTHENTIK_SECRET_KEY, ...rest } = values;
  expect(POSTGRES_PASSWORD).toMatch(/^[A-Za-z0-9]{64}$/);
  expect(AUTHENTIK_SECRET_KEY).toMatch(/^[A-Za-z0-9]{64}$/);
  expect(AUTHENTIK_SECRET_KEY).not.toBe(POSTGRES_PASSWORD);
  expect(rest).toMatchObject({
    POSTGRES_DB: 'authentik',
    POSTGRES_USER: 'postgres',
    AUTHENTIK_AVATARS: 'none',
    AUTHENTIK_POSTGRESQL__HOST: 'authentik-postgresql.homeauth.internal.',
    AUTHENTIK_POSTGRESQL__NAME: 'authentik',
    AUTHENTIK_POSTGRESQL__USER: 'authentik',
    AUTHENTIK_POSTGRESQL__PASSWORD: POSTGRES_PASSWORD,
  });
  expect(Object.keys(values).filter((name) => /BOOTSTRAP|REDIS/.test(name))).toEqual([]);
  const shown = `${first.out}${first.err}`;
  for (const secret of [POSTGRES_PASSWORD, AUTHENTIK_SECRET_KEY, password]) expect(shown).not.toContain(secret);
});

test("authentik's role in the database is no superuser, and the superuser gets in from inside alone", async () => {
  const ask = "select rolname, rolsuper, rolpassword is null from pg_authid where rolname !~ '^pg_' order by 1";
  const psql = ['exec', 'authentik-postgresql', 'psql', '-X', '-A', '-t', '-U', 'postgres', '-c', ask];
  expect((await place.engine.docker(psql)).trim()).toBe('authentik|f|f\npostgres|t|t');
});

test('nothing powerful is left over from the first start', async () => {
  for (const name of stack) {
    const { Config } = await inspect(place.engine, name);
    expect(Config.Env.filter((line) => line.includes('BOOTSTRAP'))).toEqual([]);
  }
  const api = await openApi(place);
  expect(
    (await api.list('core/tokens'))
      .map(({ identifier }) => String(identifier))
      .filter((name) => !name.startsWith('ak-outpost-')),
  ).toEqual(['homeauth']);
  expect(await readdir(at('authentik/.homeauth'))).not.toContain('bootstrap.env');
});

test('the server started once, and met Caddy only when nobody could take it over any more', async () => {
  const about = (name: string, what: string) => happened.filter((h) => h.container === name && h.what === what);
  expect(about('authentik', 'container start')).toHaveLength(1);
  expect(about('authentik-worker', 'container start')).toHaveLength(2);
  const [met, ...more] = about('authentik', 'network connect').filter(({ network }) => network === 'authentik_proxy');
  expect(more).toEqual([]);
  const log = (await place.engine.docker(['logs', 'authentik'])).split('\n').map((line) => JSON.parse(line));
  const closed = log.find(({ method, event }) => method === 'DELETE' && event.includes('authentik-bootstrap-token'));
  expect(met?.at).toBeGreaterThan(Date.parse(closed.timestamp));
});

test('authentik is set up as the guide has it', async () => {
  const api = await openApi(place);
  const [users, groups, providers, applications, outposts, flows] = await Promise.all(
    ['core/users', 'core/groups', 'providers/proxy', 'core/applications', 'outposts/instances', 'flows/instances'].map(
      (collection) => api.list(collection),
    ),
  );
  const admins = groups?.find(({ name }) => name === 'authentik Admins');
  const helen = users?.find(({ username }) => username === 'helen');
  expect(helen).toMatchObject({ name: 'Helen', email: 'helen@example.com', groups: [admins?.['pk']] });
  const flow = flows?.find(({ slug }) => slug === 'default-provider-authorization-implicit-consent');
  expect(providers).toMatchObject([
    {
      name: 'Home forward auth',
      mode: 'forward_domain',
      external_host: `https://auth.${domain}`,
      cookie_domain: domain,
      authorization_flow: flow?.['pk'],
    },
  ]);
  const provider = providers?.[0]?.['pk'];
  expect(applications).toMatchObject([{ name: 'Home', slug: 'home', provider, meta_hide: true }]);
  const outpost = { name: 'authentik Embedded Outpost', providers: [provider] };
  expect(outposts).toMatchObject([{ ...outpost, config: { authentik_host: `https://auth.${domain}` } }]);
});

test('init and apply again change nothing: no container, no file, no request that writes', async () => {
  const { engine } = place;
  const before = { lives: await lives(engine), files: await files(), requests: (await apiRequests(engine)).length };
  const line = await recorder(engine.host);
  for (const args of [place.init, ['apply'], ['plan', '--exit-code']]) {
    expect(await homeauth(args, { DOCKER_HOST: line.host })).toMatchObject({ code: 0 });
  }
  await line.close();
  expect(line.requests.length).toBeGreaterThan(20);
  expect(line.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
  const asked = (await apiRequests(engine)).slice(before.requests);
  expect(asked.length).toBeGreaterThan(20);
  expect(changing(asked)).toEqual([]);
  expect(await lives(engine)).toEqual(before.lives);
  expect(await files()).toEqual(before.files);
});

test('the real Compose reads exactly the containers that are there', async () => {
  const { engine } = place;
  for (const project of ['authentik', 'caddy']) {
    const wanted = await composeDefinitions(engine, at(project));
    const names = Object.keys(wanted);
    const found = await Promise.all(names.map(async (name) => [name, await dockerDefinition(engine, name)]));
    expect(Object.fromEntries(found)).toEqual(wanted);
  }
});

test('Compose takes what homeauth started for its own: ps, logs, and up, which makes nothing anew', async () => {
  const { engine } = place;
  const before = await lives(engine);
  const projects = { authentik: stack, caddy: ['caddy'] };
  for (const [project, names] of Object.entries(projects)) {
    const cwd = at(project);
    const ps = await engine.compose(['ps', '--format', '{{.Name}} {{.State}}'], { cwd });
    expect(ps.split('\n').sort()).toEqual(names.map((name) => `${name} running`));
    const logs = (await engine.compose(['logs', '--no-color'], { cwd })).split('\n');
    expect([...new Set(logs.map((line) => line.split(' ', 1)[0]))].sort()).toEqual(names);
    await engine.compose(['up', '--detach'], { cwd });
  }
  expect(await lives(engine)).toEqual(before);
});

test('after docker compose down of both, apply brings everything back, with the data', async () => {
  const { engine } = place;
  const before = await secrets();
  const subnets = () => engine.docker(['network', 'inspect', '-f', '{{json .IPAM.Config}}', 'caddy_caddynet']);
  const had = await subnets();
  // Caddy first: it is on a network of authentik's.
  for (const project of ['caddy', 'authentik']) await engine.compose(['down'], { cwd: at(project) });
  expect(await containerNames(engine)).toEqual([]);
  expect(await networkNames(engine)).toEqual([]);

  const again = await homeauthEnds(0, ['apply']);
  expect(again.err).not.toContain('✗');
  expect(await containerNames(engine)).toEqual([...stack, 'caddy'].sort());
  expect(await secrets()).toEqual(before);
  // The brake on guesses knows the network's addresses, of which Docker may give it others.
  const changes = changing(await apiRequests(engine));
  const policies = await (await openApi(place)).list('policies/expression');
  const brake = policies.find((policy) => policy['name'] === 'homeauth-guesses')?.['pk'];
  expect(changes).toEqual((await subnets()) === had ? [] : [`PATCH /api/v3/policies/expression/${brake}/`]);
  const home = await (await visitor(engine)).open(hostOf('auth'), 'helen', password);
  expect(home).toMatchObject({ status: 200, url: { pathname: '/if/user/' } });
  expect(await homeauth(['plan', '--exit-code'])).toMatchObject({ code: 0 });
});

let kept: Record<string, string>;

test('uninstall takes everything away but the data', async () => {
  kept = await secrets();
  const { out } = await homeauthEnds(0, ['uninstall']);
  expect(out.replace(/\s+/g, ' ')).toContain(`Kept: what is in ${at('authentik')}`);
  expect(await containerNames(place.engine)).toEqual([]);
  expect(await networkNames(place.engine)).toEqual([]);
  expect(await secrets()).toEqual(kept);
  expect(await readdir(at('authentik/db'))).toContain('PG_VERSION');
  await expect(stat('/etc/homeauth')).rejects.toThrow('ENOENT');
});

test('without its secrets the database that is there is not touched', async () => {
  await rename(at('authentik/container-vars.env'), join(place.around, 'elsewhere'));
  const before = await files();
  const refused = await homeauth(place.init);
  const after = await files();
  await rename(join(place.around, 'elsewhere'), at('authentik/container-vars.env'));
  expect(refused.code).toBe(2);
  expect(refused.err.replace(/\s+/g, ' ')).toContain(`${at('authentik/db')} already holds a database`);
  expect(await containerNames(place.engine)).toEqual([]);
  expect(after).toEqual(before);
});

test('uninstall --confirm with the domain leaves nothing, and with another name touches nothing', async () => {
  const uninstall = ['uninstall', '--config', at('authentik/homeauth.yaml'), '--confirm'];
  const before = await files();
  expect(await homeauth([...uninstall, 'example.com'])).toMatchObject({ code: 2 });
  expect(await files()).toEqual(before);
  await homeauthEnds(0, [...uninstall, domain]);
  await expect(stat(place.base)).rejects.toThrow('ENOENT');
});
