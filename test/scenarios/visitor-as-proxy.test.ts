import { afterEach, expect, test } from 'vitest';
import { packagedTemplates } from '../../src/world/templates.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const caddyfile = '/srv/docker/caddy/etc/Caddyfile';
const trusting = '{\n\tservers {\n\t\ttrusted_proxies static private_ranges\n\t}\n}\n';

/** The templates as they would be without the lines that say which host was served. */
const credulous = async () => {
  const all = await packagedTemplates();
  const text = all['homeauth.caddy'] ?? '';
  expect(text).toContain('header_up X-Forwarded-Host');
  return { ...all, 'homeauth.caddy': text.replace(/^\s*header_up X-Forwarded-Host .*\n/gm, '') };
};

test('add-app and verify notice a Caddy that lets a visitor name another app to authentik', async () => {
  fake = await installed(['whoami']);
  const files = fake.files;
  files.put(caddyfile, `${trusting}${(await files.read(caddyfile)) ?? ''}`);

  const safe = await homeauthIn(fake)('add-app', ['wiki'], { upstream: 'whoami:80' });
  expect(safe.out).toContain('✓ forged identity headers do not reach it');
  expect((await homeauthIn(fake)('verify')).code).toBe(0);

  const open = homeauthIn(fake, { templates: credulous });
  const added = await open('add-app', ['photos'], { upstream: 'whoami:80' });
  expect(added.code).toBe(4);
  expect(added.out).toMatch(/A visitor of photos can name whoami\.home\.example\.com to .*X-Forwarded-Host/);
  const verified = await open('verify');
  expect(verified.code).toBe(4);
  expect(verified.out).toMatch(/A visitor of whoami can name wiki\.home\.example\.com to .*X-Forwarded-Host/);
});
