import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { logIn } from '../../src/world/authentik/login.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

const caddyfile = '/srv/docker/caddy/etc/Caddyfile';
const wiki = 'wiki.home.example.com {\n\ttls internal\n\trespond "the wiki"\n}\n';
const photos = '# my photos\nphotos.home.example.com {\n\treverse_proxy whoami:80\n}\n';
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
let own = '';

beforeAll(async () => {
  fake = await installed(['whoami']);
  homeauth = homeauthIn(fake);
  const before = (await fake.files.read(caddyfile)) ?? '';
  own = `${wiki}${photos}mine.home.example.com {\n\trespond "mine"\n}\n`;
  fake.files.put(caddyfile, own + before);
  await fake.docker.exec('caddy', ['caddy', 'reload']);
});
afterAll(() => fake.close());

async function asked(host: string) {
  const via = (await fake.docker.dialAddress('caddy', 443))!;
  const { status, body } = await fake.world.http.dial({ url: `https://${host}/`, via });
  return { status, body };
}

async function asHelen(host: string): Promise<string> {
  const via = await fake.docker.dialAddress('caddy', 443);
  const password = new Secret(((await fake.files.read(at('.homeauth/admin-password'))) ?? '').trim());
  const who = { username: 'helen', password, authHost: 'auth.home.example.com' };
  return (await logIn({ http: fake.world.http, ...(via && { via }), ...who, open: `https://${host}/` })).body;
}

test('a site that stands open is behind the login, with all that it says', async () => {
  expect((await asked('wiki.home.example.com')).body).toBe('the wiki');
  const shown = await homeauth('protect', ['wiki.home.example.com'], { dryRun: true });
  expect(shown.out).toContain('your own site for wiki.home.example.com becomes a comment');
  expect(await fake.files.read(caddyfile)).toContain(own);

  const done = await homeauth('protect', ['wiki.home.example.com']);
  expect(done.failure ?? done.code).toBe(0);
  expect(done.err).toContain('tls internal');
  expect(await asked('wiki.home.example.com')).toMatchObject({ status: 302 });
  expect(await asHelen('wiki.home.example.com')).toBe('the wiki');
  expect(await fake.files.read(caddyfile)).toContain('#| wiki.home.example.com {\n#| \ttls internal\n');
  expect((await asked('mine.home.example.com')).body).toBe('mine');
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  expect((await homeauth('protect', ['wiki.home.example.com'])).code).toBe(0);
  expect((await homeauth('verify')).code).toBe(0);
});

test('one with a proxy becomes an app like others, and one that is wrong is refused', async () => {
  const done = await homeauth('protect', ['photos.home.example.com'], { group: 'family' });
  expect(done.failure ?? done.code).toBe(0);
  expect(await fake.files.read(at('homeauth.yaml'))).toContain(
    '  - name: photos\n    upstream: whoami:80\n    group: family\n    replaces-site: true\n',
  );
  expect(await asked('photos.home.example.com')).toMatchObject({ status: 302 });
  expect((await homeauth('protect', ['whoami.home.example.com'])).failure?.code).toBe('app-exists');
  expect((await homeauth('protect', ['nothing.home.example.com'])).failure?.code).toBe('site-not-found');
  expect((await homeauth('protect', ['Wiki'])).failure?.code).toBe('flag-invalid');
});

test('a site that its owner writes there once more is asked about', async () => {
  const text = (await fake.files.read(caddyfile)) ?? '';
  fake.files.put(caddyfile, `${wiki}${text}`);
  expect((await homeauth('plan')).out).toContain('becomes a comment');
  expect((await homeauth('apply')).failure?.code).toBe('site-twice');
  fake.files.put(caddyfile, text);
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
});

test('who leaves homeauth has the site again, and it is said before', async () => {
  const removed = await homeauth('remove-app', ['wiki']);
  expect(removed.failure ?? removed.code).toBe(0);
  expect(removed.err).toMatch(/^Your own site for wiki\.home\.example\.com comes back: visitors reach it without/m);
  expect(removed.out).toContain('is your own site again');
  expect((await asked('wiki.home.example.com')).body).toBe('the wiki');
  expect(await asked('photos.home.example.com')).toMatchObject({ status: 302 });
  await homeauth('protect', ['wiki.home.example.com']);
  // Without what init made of it: the Caddy is homeauth's own here, and goes with it.
  const [first] = ((await fake.files.read(caddyfile)) ?? '').split('# homeauth: aside');
  expect(first).not.toContain('the wiki');
  expect((await homeauth('remove-app', ['photos'])).failure).toBeUndefined();
  expect((await homeauth('remove-app', ['wiki'])).failure).toBeUndefined();
  expect(await fake.files.read(caddyfile)).toContain(own);
});
