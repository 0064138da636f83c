import { afterEach, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, changeConfig } from '../fakes/installed.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

test('the texts for a proxy that its owner keeps are written, kept up to date, and go again', async () => {
  fake = fakeWorld();
  // Nobody has put the text into the proxy yet: it sends whoever asks to its own page.
  const page = { status: 302, headers: { location: 'https://proxy.lan/' }, cookies: [], body: '' };
  Object.assign(fake.world.http, {
    dial: async ({ url }: { url: string }) =>
      url.includes('//auth.') ? page : { ...page, status: 200, headers: { server: 'Caddy' } },
  });
  const homeauth = homeauthIn(fake);
  const init = await homeauth('init', [], { ...initFlags, proxy: 'manual' });
  expect(init.failure).toBeUndefined();
  expect(init.out).toContain(at('proxy/nginx.conf'));
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);

  await homeauth('add-app', ['wiki'], { upstream: 'wiki:80' });
  for (const name of ['homeauth.caddy', 'nginx.conf', 'nginx-proxy-manager.conf', 'traefik.yml', 'traefik-labels.yml'])
    expect(await fake.files.read(at(`proxy/${name}`)), name).toContain('wiki.home.example.com');
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);

  await changeConfig(fake.files, (text) => `${text}listen: 127.0.0.1:910\n`);
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(await fake.files.read(at('proxy/nginx.conf'))).toContain('server 127.0.0.1:910;');
  expect(fake.docker.boxes.get('authentik')?.made.definition.publish).toMatchObject([
    { address: '127.0.0.1', port: 910, inside: 9000 },
  ]);
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);

  expect((await homeauth('uninstall')).failure).toBeUndefined();
  expect(await fake.files.stat(at('proxy'))).toBeUndefined();
});
