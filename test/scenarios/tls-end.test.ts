import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import type { HttpRequest } from '../../src/world/world.ts';
import { type Flags, homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { type FakeOptions, type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const auth = 'auth.home.example.com';
/** A Cloudflare Tunnel: whatever it holds, it is seen by its image and its network. */
const options: FakeOptions = {
  program: (image) =>
    image.startsWith('cloudflare/cloudflared')
      ? async () => ({ ports: new Map(), health: () => 'none', stop: async () => {} })
      : undefined,
};

/** The owner's machine: a tunnel on Caddy's network, and a Caddy of theirs with these ports. */
async function machine(ports?: readonly number[], text = 'mine.example.com {\n\trespond mine\n}\n') {
  fake = fakeWorld(options);
  await fake.docker.createNetwork('caddy_caddynet', { project: 'caddy', network: 'caddynet' });
  await theirContainer(fake, 'tunnel', { image: 'cloudflare/cloudflared:2026.9.0' });
  if (ports) {
    await fake.files.makeDirectory('/srv/front', 0o755, { uid: 0, gid: 0 });
    await fake.files.write('/srv/front/Caddyfile', text, 0o644);
    await theirContainer(fake, 'front', {
      image: 'caddy:2.11.7',
      mounts: [{ source: '/srv/front', target: '/etc/caddy' }],
      publish: ports.map((port) => ({ port, protocol: 'tcp' })),
    });
  }
  return homeauthIn(fake);
}

const { tls: _, ...withoutTls } = initFlags;
const external: Flags = { ...withoutTls, tls: 'external', tlsFrom: 'tunnel' };

/** One request in plain HTTP to a port of Caddy's, from an address that is the tunnel's or another one. */
async function ask(caddy: string, from: string, host: string, headers: Record<string, string> = {}) {
  const via = (await fake.docker.dialAddress(caddy, 80))!;
  return new Promise<number | undefined>((done, fail) => {
    const options = { ...via, localAddress: from, headers: { host, ...headers } };
    const going = request(options, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    going.on('error', fail).end();
  });
}

test('tls: external is served behind a tunnel, proven as the tunnel asks, and closed to everybody else', async () => {
  const homeauth = await machine([80], 'http://mine.example.com {\n\trespond "mine"\n}\n');
  const own = await fake.files.read('/srv/front/Caddyfile');
  expect((await homeauth('init', [], external)).failure).toBeUndefined();
  expect(await fake.files.read(at('homeauth.yaml'))).toMatch(/tls: external\ntls-from:\n {2}- tunnel\n/);
  const added = await homeauth('add-app', ['whoami']);
  expect([added.code, added.failure]).toEqual([0, undefined]);
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  expect((await homeauth('verify')).code).toBe(0);

  const said = { 'X-Forwarded-Proto': 'https' };
  expect(await ask('front', '127.0.0.2', 'whoami.home.example.com', said)).toBe(302);
  for (const host of [auth, 'whoami.home.example.com']) expect(await ask('front', '127.0.0.1', host, said)).toBe(421);

  // Caddy trusts whoever else is on the tunnel's network as the tunnel.
  expect((await homeauth('doctor')).out).toMatch(/^! whoami is on caddy_caddynet too/m);
  expect((await homeauth('uninstall', [], { deleteData: true })).failure).toBeUndefined();
  expect(await fake.files.read('/srv/front/Caddyfile')).toBe(own);
});

test.each<[string, readonly number[], string | undefined]>([
  ['a tunnel beside a Caddy whose port 443 nobody reaches', [80], 'mine.example.com {\n\trespond "mine"\n}\n'],
  ['nothing but plain HTTP', [], 'http://mine.example.com {\n\trespond "mine"\n}\n'],
])('init sees where TLS ends before it writes anything: %s', async (_, ports, text) => {
  const homeauth = await machine(ports, text);
  const { failure } = await homeauth('init', [], withoutTls);
  expect([failure?.code, textOf(failure!.fix)]).toEqual([
    'tls-elsewhere',
    expect.stringContaining('--tls external --tls-from tunnel'),
  ]);
  expect(await fake.files.stat(at(''))).toBeUndefined();
  expect(await fake.files.read('/srv/front/Caddyfile')).toBe(text);
});

test('a tunnel beside a Caddy that is reached over https says nothing', async () => {
  const homeauth = await machine([80, 443]);
  expect((await homeauth('init', [], withoutTls)).failure).toBeUndefined();
});

test.each([
  ['no such container', 'cloudflared'],
  ['one that is nowhere near Caddy', 'far'],
])('who ends TLS has to be there: %s', async (_, tlsFrom) => {
  const homeauth = await machine([80]);
  await theirContainer(fake, 'far', { image: 'cloudflare/cloudflared:2026.9.0', networks: ['far_default'] });
  const { failure } = await homeauth('init', [], { ...external, tlsFrom });
  expect(failure?.code).toBe('tls-from-unknown');
  expect(await fake.files.stat(at('homeauth.yaml'))).toBeUndefined();
});

test('a host that redirects to itself without an end is a problem with a name, and no ✓', async () => {
  fake = await installed(['whoami']);
  const homeauth = homeauthIn(fake);
  expect((await homeauth('verify')).code).toBe(0);
  // From now on a router has port 443, and asks Caddy in plain HTTP.
  const { dial } = fake.world.http;
  Object.assign(fake.world.http, {
    async dial(asked: HttpRequest) {
      if (asked.via?.port !== 443 || asked.via.host !== '192.168.0.4') return dial(asked);
      const via = (await fake.docker.dialAddress('caddy', 80))!;
      return dial({ ...asked, via: { ...via, afterTls: { 'X-Forwarded-Proto': 'https' } } });
    },
  });
  for (const command of ['verify', 'doctor', 'add-app'] as const) {
    const args = command === 'add-app' ? ['wiki'] : [];
    const { code, out, err } = await homeauth(command, args, { upstream: 'whoami:80' });
    expect(code, command).not.toBe(0);
    expect(`${out}${err}`, command).toMatch(/ redirects? to (itself|themselves) in\s+a\s+loop/);
  }
});
