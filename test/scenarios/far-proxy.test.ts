import { afterEach, expect, test } from 'vitest';
import type { HttpRequest } from '../../src/world/world.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const far = { ...initFlags, proxy: 'manual', listen: '192.168.0.4:910', proxyAddress: '192.168.0.1' };

/** A server whose proxy is on another machine: sites lead there, and nobody has put the text into it yet. */
function machine() {
  fake = fakeWorld();
  const { dial } = fake.world.http;
  const page = { status: 302, headers: { location: 'https://proxy.lan/' }, cookies: [], body: '' };
  const nothing = { ...page, status: 200, headers: { server: 'Caddy' } };
  Object.assign(fake.world.http, {
    async dial(asked: HttpRequest) {
      if (asked.via || !asked.url.includes('.home.example.com')) return dial(asked);
      return asked.url.includes('//auth.') ? page : nothing;
    },
  });
  return homeauthIn(fake);
}

const app = (address: string) =>
  theirContainer(fake, 'wiki', { networks: [], publish: [{ address, port: 8081, inside: 80, protocol: 'tcp' }] });

test('authentik listens for a proxy on another machine at one address, and believes that machine alone', async () => {
  const homeauth = machine();
  const init = await homeauth('init', [], far);
  expect(init.failure).toBeUndefined();
  expect(init.out).toMatch(/not encrypted.*WireGuard/s);
  expect(await fake.files.read(at('container-vars.env'))).toContain(
    'AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS=127.0.0.0/8,192.168.0.1/32\n',
  );
  expect(fake.docker.boxes.get('authentik')?.made.definition.publish).toEqual([
    { address: '192.168.0.4', port: 910, inside: 9000, protocol: 'tcp' },
  ]);
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);

  // What only this server reaches is no upstream for it.
  for (const upstream of ['wiki:80', '127.0.0.1:8081'])
    expect((await homeauth('add-app', ['wiki'], { upstream })).failure?.problem, upstream).toContain('another machine');
  expect((await homeauth('add-app', ['whoami'])).failure?.problem).toContain('another machine');

  await app('192.168.0.4');
  await homeauth('add-app', ['wiki'], { upstream: '192.168.0.4:8081' });
  for (const [kind, file] of [
    [undefined, 'homeauth.caddy'],
    ['nginx', 'nginx.conf'],
    ['npm', 'nginx-proxy-manager.conf'],
    ['traefik', 'traefik.yml'],
    ['traefik-labels', 'traefik-labels.yml'],
  ]) {
    const { out } = await homeauth('proxy text', [kind]);
    expect(`${out.trim()}\n`, kind).toBe(await fake.files.read(at(`proxy/${file}`)));
    if (kind !== 'traefik-labels') expect(out).toContain('192.168.0.4:8081');
  }
  const { out } = await homeauth('doctor');
  expect(out).toMatch(/wiki answers on 192\.168\.0\.4:8081 without a login/);
  expect(out).toMatch(/let a firewall\s+take that port from\s+192\.168\.0\.1 alone/);
  expect((await homeauth('doctor', [], { verbose: true })).out).toMatch(
    /homeauth\s+cannot\s+see\s+whether\s+there\s+is\s+a\s+firewall/,
  );

  expect((await homeauth('uninstall', [], { deleteData: true })).failure).toBeUndefined();
});

test.each([
  ['every address', { listen: '0.0.0.0:910' }, 'flag-invalid'],
  ['an address of the internet', { listen: '203.0.113.5:910' }, 'flag-invalid'],
  ["an address that is not this server's", { listen: '192.168.0.9:910' }, 'listen-elsewhere'],
  ['nobody who may ask', { proxyAddress: undefined }, 'flag-invalid'],
  ['everybody on the internet who may ask', { proxyAddress: '203.0.113.7' }, 'flag-invalid'],
  ['this server itself', { proxyAddress: '192.168.0.4' }, 'flag-invalid'],
  ['a Caddy on this server', { proxy: 'host-caddy' }, 'flag-invalid'],
  ['a port that anybody can take', { listen: '192.168.0.4:9000' }, 'flag-invalid'],
  ['a proxy on this server', { listen: '127.0.0.1:910' }, 'flag-invalid'],
  ['an address of IPv6', { listen: '[fd00::2]:910' }, 'flag-invalid'],
  ['a proxy with an address of IPv6', { proxyAddress: 'fd00::1' }, 'flag-invalid'],
])('refused before anything is written: %s', async (_, change, code) => {
  const homeauth = machine();
  expect((await homeauth('init', [], { ...far, ...change })).failure?.code).toBe(code);
  expect(await fake.files.stat(at(''))).toBeUndefined();
});

test('where TLS ends before the proxy, a text is written for those alone that can be told who may ask', async () => {
  const homeauth = machine();
  const init = await homeauth('init', [], { ...far, tls: 'external', tlsFrom: '192.168.0.2' });
  expect(init.failure).toBeUndefined();
  expect(init.out).toContain('Not for Nginx Proxy Manager and Traefik');
  expect((await homeauth('proxy text', ['nginx'])).out).toContain('\t192.168.0.2/32 0;');
  for (const kind of ['npm', 'traefik', 'traefik-labels'])
    expect((await homeauth('proxy text', [kind])).failure?.code, kind).toBe('proxy-text-tls');
  expect(await fake.files.stat(at('proxy/traefik.yml'))).toBeUndefined();
});
