import { afterEach, expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { debians, withHostCaddy } from '../fakes/host-caddy.ts';
import { at } from '../fakes/installed.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

const own = 'mine.home.example.com {\n\trespond "mine"\n}\n';
const caddyfile = '/etc/caddy/Caddyfile';
const worlds: FakeWorld[] = [];
afterEach(() => Promise.all(worlds.splice(0).map((one) => one.close())));

async function machine(program = {}) {
  const fake = await withHostCaddy(fakeWorld(), own, program);
  worlds.push(fake);
  return { fake, homeauth: homeauthIn(fake) };
}

/** An app in a container of its owner's, whose port is published for this server alone, or for everybody. */
const app = (fake: FakeWorld, address: string) =>
  theirContainer(fake, 'wiki', { networks: [], publish: [{ address, port: 8081, inside: 80, protocol: 'tcp' }] });

test('a Caddy of Debian’s package: noticed, used, and given back byte for byte', async () => {
  const { fake, homeauth } = await machine();
  const init = await homeauth('init', [], initFlags);
  expect(init.failure).toBeUndefined();
  // whoami would be started in Docker, where this Caddy does not reach it.
  expect(init.out).toContain('homeauth add-app NAME --upstream HOST:PORT');
  const text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
  expect(text).toContain('proxy: host-caddy');
  expect(text).toContain('listen: 127.0.0.1:910');
  expect(await fake.files.read(at('docker-compose.yml'))).toContain('127.0.0.1:910:9000/tcp');
  // Docker hands on from this server's own address there, and Caddy's own is no other one.
  expect(await fake.files.read(at('container-vars.env'))).toContain(
    'AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS=127.0.0.0/8,127.0.0.1/32',
  );
  expect(await fake.files.read(caddyfile)).toMatch(/^mine.*\nimport \S+homeauth.caddy\S* # homeauth: /s);
  expect(await fake.files.read('/etc/caddy/homeauth.caddy')).toContain('reverse_proxy http://127.0.0.1:910');
  expect([...fake.docker.networks.keys()]).toEqual(['authentik_backend']);

  await app(fake, '127.0.0.1');
  const added = await homeauth('add-app', ['wiki'], { upstream: '127.0.0.1:8081' });
  expect(added.failure ?? added.code).toBe(0);
  const before = fake.reloads();
  expect((await homeauth('apply')).code).toBe(0);
  expect(fake.reloads()).toBe(before);
  expect((await homeauth('verify')).code).toBe(0);
  const doctor = await homeauth('doctor');
  expect(`${doctor.out}${doctor.err}`).toMatch(/Each account of this server counts as Caddy to\s+authentik/);

  const removed = await homeauth('uninstall', [], { deleteData: true });
  expect(removed.failure).toBeUndefined();
  expect(await fake.files.read(caddyfile)).toBe(own);
  expect(await fake.files.read('/etc/caddy/homeauth.caddy')).toBeUndefined();
  expect(await fake.files.read('/var/lib/caddy/.config/caddy/autosave.json')).not.toContain('auth.home.example.com');
});

test('a network that is left from a Caddy in a container is no part of it', async () => {
  const { fake, homeauth } = await machine();
  expect((await homeauth('init', [], initFlags)).failure).toBeUndefined();
  const { network } = fake.docker;
  const left = { project: 'caddy', network: 'caddynet', subnets: ['10.9.0.0/16'], gateways: ['10.9.0.1'] };
  Object.assign(fake.docker, {
    network: async (name: string) => (name === 'caddy_caddynet' ? left : network(name)),
  });
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
});

test('an app that its owner publishes for everybody is a way around the login', async () => {
  const { fake, homeauth } = await machine();
  expect((await homeauth('init', [], initFlags)).failure).toBeUndefined();
  await app(fake, '0.0.0.0');
  await homeauth('add-app', ['wiki'], { upstream: '127.0.0.1:8081' });
  const { out, err } = await homeauth('verify');
  expect(`${out}${err}`).toContain('wiki answers on 192.168.0.4:8081 without a login');
  expect(`${out}${err}`).toContain('"127.0.0.1:8081:80"');
});

test('a port that is taken is passed over by init, and refused where it is said', async () => {
  const { fake, homeauth } = await machine();
  const { listener } = fake.world.host;
  Object.assign(fake.world.host, {
    listener: async (port: number) =>
      port === 910 ? { process: 'minio', pid: 7, addresses: ['127.0.0.1'] } : listener(port),
  });
  const refused = await homeauth('init', [], { ...initFlags, listen: '127.0.0.1:910' });
  expect(refused.failure).toMatchObject({ code: 'listen-taken', problem: expect.stringContaining('minio') });
  expect(await fake.files.read(at('homeauth.yaml'))).toBeUndefined();
  expect((await homeauth('init', [], initFlags)).failure).toBeUndefined();
  expect(await fake.files.read(at('homeauth.yaml'))).toContain('listen: 127.0.0.1:911');
});

test.each([
  ['an account starts it by itself', { uid: 1000, unit: undefined }, 'caddy-untrusted'],
  ['JSON', { argv: ['/usr/bin/caddy', 'run', '--config', '/etc/caddy/caddy.json'] }, 'caddy-without-caddyfile'],
  ['another place, where no file is', { argv: ['caddy', 'run', '--config', '/opt/Caddyfile'] }, 'caddyfile-missing'],
])('refused before anything is made: %s', async (_, program, code) => {
  const { fake, homeauth } = await machine(program);
  const { failure } = await homeauth('init', [], initFlags);
  expect(failure?.code).toBe(code);
  expect(await fake.files.read(at('homeauth.yaml'))).toBeUndefined();
  expect(await fake.files.read(caddyfile)).toBe(own);
});

test('a Caddyfile that NixOS makes is refused, with what to do', async () => {
  const { fake, homeauth } = await machine();
  const { filesystem } = fake.files;
  Object.assign(fake.files, {
    filesystem: async (path: string) => ({ ...(await filesystem(path)), readOnly: path === caddyfile }),
  });
  const { failure } = await homeauth('init', [], initFlags);
  expect([failure?.code, textOf(failure!.fix)]).toEqual(['caddyfile-read-only', expect.stringContaining('configFile')]);
});

test('a Caddy on the server, and proxy: caddy: the way out is a flag', async () => {
  const { homeauth } = await machine();
  const { failure } = await homeauth('init', [], { ...initFlags, proxy: 'caddy' });
  expect(textOf(failure!.fix)).toContain('--proxy host-caddy');
  expect(debians.unit).toBe('caddy.service');
});
