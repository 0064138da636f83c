import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App, Config } from '../../src/config/config.ts';
import { compileTemplate, type Template } from '../../src/formats/template.ts';
import type { Finding } from '../../src/model/finding.ts';
import { Secret } from '../../src/model/secret.ts';
import { caddyKind } from '../../src/proxy/caddy/kind.ts';
import { textOf } from '../../src/proxy/caddy/text.ts';
import { findProxy, proxyOf } from '../../src/proxy/choose.ts';
import { isEntrance } from '../../src/proxy/proxy.ts';
import { proveSecure } from '../../src/verify/auth-host.ts';
import { proveBypass } from '../../src/verify/bypass.ts';
import { proveOutsider } from '../../src/verify/outsider.ts';
import { proveSpelled } from '../../src/verify/past-the-login.ts';
import type { ProbeContext } from '../../src/verify/probe.ts';
import { proveStranger } from '../../src/verify/stranger.ts';
import { verifyApp, verifyHome } from '../../src/verify/verify-app.ts';
import { connectDocker } from '../../src/world/docker/connect.ts';
import { nodeFiles } from '../../src/world/files.ts';
import { ownHttp } from '../../src/world/http.ts';
import { systemRandom } from '../../src/world/random.ts';
import type { World } from '../../src/world/world.ts';
import { type Engine, engine } from '../machine/engine.ts';
import { CADDY_IMAGE, WHOAMI_IMAGE } from '../machine/names.ts';
import { provision } from '../standin/provision.ts';
import { type ReadyStack, startReady } from '../standin/ready.ts';
import { dataOf } from '../words.ts';

const source = readFileSync(join(import.meta.dirname, '../../templates/homeauth.caddy.hbs'), 'utf8');
const template = compileTemplate(source);
/** As it was once: whatever a visitor writes is told to authentik, and whoever that lets in is let in. */
const credulous = compileTemplate(
  source
    .replace(/^\s*header_up Host \{args.*\n/gm, '')
    .replaceAll('header_up X-Forwarded-Host {args[0]}', 'header_up X-Forwarded-Host {http.request.host}')
    .replace(/^\s*(?:@elsewhere not|respond @elsewhere|request_header Connection|header_up -Connection) ?.*\n/gm, ''),
);
const network = 'caddy_caddynet';
const [proxy, whoami] = ['proof-test-caddy', 'proof-test-whoami'];
const owner = { username: 'helen', password: new Secret('correct horse battery'), groups: [] };
const app = (name: string, mode: App['mode'] = 'app', upstream = `${whoami}:80`): App => ({
  name,
  title: name,
  host: `${name}.home.example.com`,
  upstream,
  mode,
});
const apps = [app('whoami'), app('shared', 'domain'), app('down', 'domain', 'proof-test-nobody:80')];
const config = {
  domain: 'home.example.com',
  authHost: 'auth.home.example.com',
  tls: 'internal',
  apps,
} as unknown as Config;

let docker: Engine;
let stack: ReadyStack;
let outpost: string;
let scene: ProbeContext;
let load: (text: Template) => Promise<void>;

/** authentik's stand-in on this host, a real Caddy with our text in front of it, and whoami behind. */
beforeAll(async () => {
  docker = await engine();
  await clear();
  await docker.docker(['network', 'create', network]);
  const gateway = await docker.docker([
    'network',
    'inspect',
    network,
    '--format',
    '{{(index .IPAM.Config 0).Gateway}}',
  ]);
  stack = await startReady({ host: '0.0.0.0', port: 9000 });
  ({ pk: outpost } = (await provision(stack)).outpost);
  const helen = await stack.api('POST', '/core/users/', { username: 'helen', name: 'Helen', path: 'users' });
  const { pk } = helen.body as { pk: number };
  await stack.api('POST', `/core/users/${pk}/set_password/`, { password: owner.password.reveal() });

  const folder = await mkdtemp(join(tmpdir(), 'homeauth-proof-'));
  await writeFile(join(folder, 'Caddyfile'), '# mine\n');
  await docker.docker(['run', '--detach', '--name', whoami, '--network', network, WHOAMI_IMAGE]);
  const options = ['--add-host', `authentik.homeauth.internal.:${gateway}`, '--volume', `${folder}:/etc/caddy`];
  await docker.docker(['run', '--detach', '--name', proxy, '--network', network, ...options, CADDY_IMAGE]);
  const world = {
    docker: connectDocker({ DOCKER_HOST: docker.host }),
    files: nodeFiles(),
    http: ownHttp,
    random: systemRandom,
    clock: { now: () => performance.now(), sleep: (ms: number) => new Promise((done) => setTimeout(done, ms / 10)) },
    host: { addresses: async () => [{ name: 'lan0', address: '192.168.0.4' }], resolve: async () => [] },
  } as unknown as World;
  const caddyfile = { inside: '/etc/caddy/Caddyfile', outside: join(folder, 'Caddyfile') };
  load = async (text) => {
    const want = { container: proxy, caddyfile, how: 'import', ...textOf(config, text) } as const;
    await caddyKind.apply?.(caddyfile.outside, want, world, undefined);
  };
  await load(template);
  const found = await findProxy(world, { proxy: 'caddy', caddyContainer: proxy, baseDir: '/srv' }, new Set());
  expect(found).toMatchObject({
    is: 'caddy',
    own: false,
    container: proxy,
    networks: [network],
    caddyfile,
    how: 'import',
  });
  const entrance = await proxyOf(found).entrance(world);
  if (!isEntrance(entrance)) throw new Error(dataOf(entrance)?.cause);
  scene = { world, config, entrance };
});
afterAll(async () => {
  await stack?.close();
  await clear();
});

async function clear(): Promise<void> {
  await docker.remove({ prefix: 'proof-test-' });
  await docker.remove({ prefix: network });
}

const short = (findings: readonly Finding[]) =>
  findings.map((found) => [
    found.id,
    found.status,
    found.status === 'ok' ? (found.answer ?? '') : (dataOf(found)?.cause ?? ''),
  ]);

describe('all is well', () => {
  test("at authentik's own host", async () => {
    expect(short(await verifyHome(scene, { owner }))).toEqual([
      ['auth-host', 'ok', '200 /if/flow/default-authentication-flow/'],
      ['login', 'ok', '200 /if/user/'],
      ['certificate', 'ok', expect.stringContaining(`docker cp ${proxy}:/data/caddy/pki/authorities/local/root.crt .`)],
      ['dns', 'warn', 'auth.home.example.com does not resolve on this network yet.'],
    ]);
    expect(short(await proveSecure(scene, new Secret(stack.token), { id: 'https-seen', title: '' }))).toEqual([
      ['https-seen', 'ok', ''],
    ]);
  });

  test.each(['whoami', 'shared'])('at %s', async (name) => {
    const found = await verifyApp(scene, apps.find((one) => one.name === name)!, { owner });
    expect(short(found)).toEqual([
      ['stranger', 'ok', '302 → auth.home.example.com'],
      ['forged', 'ok', '23 names tried, with a session too'],
      ['stripped', 'ok', ''],
      ['owner', 'ok', 'the app sees "helen"'],
      ['spelled', 'ok', '9 ways tried'],
      ['upstream', 'ok', ''],
      ['bypass-port', 'ok', ''],
      ['dns', 'warn', `${name}.home.example.com does not resolve on this network yet.`],
    ]);
  });
});

describe('an account outside of the group', () => {
  const bob = { username: 'bob', password: new Secret('battery correct horse') };
  const kept = { ...apps[0]!, group: 'family' };
  const outsider = () => proveOutsider(scene, [kept], bob, new AbortController().signal, { id: 'outsider', title: '' });
  let binding: string;
  beforeAll(async () => {
    const make = async (path: string, body: object) =>
      (await stack.api('POST', path, body)).body as { pk: number & string };
    const { pk } = await make('/core/users/', { username: 'bob', name: 'Bob', path: 'users' });
    await stack.api('POST', `/core/users/${pk}/set_password/`, { password: bob.password.reveal() });
    const group = await make('/core/groups/', { name: 'family' });
    const { pk: target } = (await stack.api('GET', '/core/applications/whoami/')).body as { pk: string };
    ({ pk: binding } = await make('/policies/bindings/', { target, group: group.pk, order: 0, enabled: true }));
  });
  afterAll(() => load(template));

  test('stays outside, however they write the address', async () => {
    expect(short(await outsider())).toEqual([['outsider', 'ok', '11 ways tried']]);
  });

  test('gets in where Caddy tells authentik what a visitor wrote, in both versions of HTTP', async () => {
    await load(credulous);
    const capitals = /: WHOAMI\.home\.example\.com, wHoAmI\.home.*WHOAMI\.home\.example\.com by HTTP\/2/;
    expect(short(await proveSpelled(scene, kept))).toEqual([['spelled', 'fail', expect.stringMatching(capitals)]]);
    expect(short(await outsider())).toEqual([
      ['outsider', 'fail', expect.stringMatching(/can open whoami.*: by WHOAMI\.home.* by HTTP\/2/)],
    ]);
  });

  test('and whoever is logged in passes for a guest there', async () => {
    await stack.api('DELETE', `/policies/bindings/${binding}/`);
    const found = await verifyApp(scene, apps[0]!, { owner });
    expect(found.find(({ id }) => id === 'stripped')).toMatchObject({ status: 'fail', answer: 'Connection' });
  });
});

describe('what is wrong is named', () => {
  const stranger = (one: App) => proveStranger(scene, one, 0);
  const causeOf = async (work: Promise<readonly Finding[]>) =>
    (await work).map((found) => dataOf(found)?.cause).join('\n');

  test('the wrong password', async () => {
    const found = await verifyApp(scene, apps[0]!, { owner: { ...owner, password: new Secret('wrong') } });
    expect(dataOf(found.find(({ id }) => id === 'owner'))).toMatchObject({
      status: 'fail',
      cause: expect.stringMatching(/password/),
    });
  });

  test('an app that is not there', async () => {
    const found = await verifyApp(scene, apps[2]!, { owner });
    expect(dataOf(found.find(({ id }) => id === 'owner'))).toMatchObject({
      status: 'fail',
      cause: expect.stringContaining('Caddy cannot reach down at proof-test-nobody:80'),
    });
  });

  test('an app that Caddy has no site for', async () => {
    expect(await causeOf(stranger(app('missing')))).toContain('no certificate for missing.home.example.com');
  });

  test('an app that another app’s provider answers for', async () => {
    expect(await causeOf(stranger({ ...app('shared'), mode: 'app' }))).toContain(
      'would lead back to auth.home.example.com',
    );
  });

  test('an app that publishes its port, and one on another network', async () => {
    await docker.docker(['run', '--detach', '--name', 'proof-test-open', '--publish', '8010:80', WHOAMI_IMAGE]);
    const found = await proveBypass(scene, app('open', 'app', 'proof-test-open:80'));
    expect(found.map(dataOf)).toMatchObject([
      {
        id: 'upstream',
        status: 'fail',
        fix: expect.stringContaining(`docker network connect ${network} proof-test-open`),
      },
      {
        id: 'bypass-port',
        status: 'warn',
        cause: 'open answers on 192.168.0.4:8010 without a login. The container publishes that port.',
        fix: `Remove "8010:80" from its compose file; Caddy reaches it inside ${network}.`,
      },
    ]);
  });

  test('an outpost that does not know its own address', async () => {
    await setOutpost({ authentik_host: '' });
    expect(await causeOf(stranger(apps[0]!))).toMatch(/sent to http:\/\/localhost.*authentik_host/);
    await setOutpost({ authentik_host: 'https://auth.home.example.com' });
    expect((await proveStranger(scene, apps[0]!))[0]?.status).toBe('ok');
  });

  test('an app that is behind no provider', async () => {
    const { providers } = (await stack.api('GET', `/outposts/instances/${outpost}/`)).body as { providers: number[] };
    await stack.api('PATCH', `/outposts/instances/${outpost}/`, { providers: [] });
    await told();
    expect(await causeOf(stranger(apps[0]!))).toContain('authentik knows no app at whoami.home.example.com yet');
    await stack.api('PATCH', `/outposts/instances/${outpost}/`, { providers });
    expect((await proveStranger(scene, apps[0]!))[0]?.status).toBe('ok');
  });

  test('authentik that is down', async () => {
    await stack.server.close();
    expect(await causeOf(stranger(apps[0]!))).toContain('Caddy cannot reach authentik');
    expect(await causeOf(verifyHome(scene, { patience: 0 }))).toContain('Caddy cannot reach authentik');
  });

  async function setOutpost(change: object): Promise<void> {
    const { config: now } = (await stack.api('GET', `/outposts/instances/${outpost}/`)).body as { config: object };
    await stack.api('PATCH', `/outposts/instances/${outpost}/`, { config: { ...now, ...change } });
    await told();
  }

  async function told(): Promise<void> {
    for (let n = 0; n < 100; n++) {
      const propagation = (await stack.store.read())?.propagation;
      if (propagation?.changed === propagation?.pushed) return;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
});
