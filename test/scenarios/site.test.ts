import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { logIn } from '../../src/world/authentik/login.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
const host = 'wiki.home.example.com';

beforeAll(async () => {
  fake = await installed(['whoami']);
  homeauth = homeauthIn(fake);
  await homeauth('add-app', ['wiki'], { upstream: 'whoami:80' });
});
afterAll(() => fake.close());

const written = async () => (await fake.files.read(at('homeauth.yaml'))) ?? '';

test('what an app needs in its site is kept by every command', async () => {
  const lines = `
    identity-headers: { Remote-User: username }
    request-headers: { X-Script-Name: /wiki }
    max-body: 10GB
    encode: true
`;
  await fake.files.write(at('homeauth.yaml'), (await written()).trimEnd() + lines, 0o644);
  expect((await homeauth('plan')).out).toMatch(/homeauth's part/);
  expect((await homeauth('apply')).failure).toBeUndefined();
  const text = await written();
  expect((await homeauth('add-app', ['wiki'], { upstream: 'whoami:80' })).failure).toBeUndefined();
  expect(await written()).toBe(text);
  expect((await homeauth('apply')).out).toBe('Everything is as it should be; nothing was changed.');

  const via = await fake.docker.dialAddress('caddy', 443);
  const password = new Secret(((await fake.files.read(at('.homeauth/admin-password'))) ?? '').trim());
  const who = { username: 'helen', password, authHost: 'auth.home.example.com' };
  const { body } = await logIn({ http: fake.world.http, ...(via && { via }), ...who, open: `https://${host}/` });
  expect(body).toMatch(/remote-user: helen/i);
  expect(body).toMatch(/x-script-name: \/wiki/i);
});

test('verify and doctor name an app whose certificate nobody looks at', async () => {
  const lines = `
    upstream-tls: { insecure-skip-verify: true }
`;
  const text = (await written()).replace('upstream: whoami:80', 'upstream: https://whoami:80');
  await fake.files.write(at('homeauth.yaml'), text.trimEnd() + lines, 0o644);
  await homeauth('apply');
  for (const command of ['verify', 'doctor'] as const) {
    const { out } = await homeauth(command);
    expect(out.replace(/\s+/g, ' ')).toContain('Caddy takes any certificate from whoami:80');
  }
});
