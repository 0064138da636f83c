import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configurationIn } from '../../src/proxy/caddy/configuration.ts';
import { unguarded } from '../../src/proxy/caddy/unguarded.ts';
import { binary } from './real-caddy.ts';

/** What a real Caddy makes of a Caddyfile. */
function ways(caddyfile: string): string[] {
  const json = execFileSync(binary, ['adapt', '--config', '-', '--adapter', 'caddyfile'], {
    input: caddyfile,
    stdio: 'pipe',
  }).toString();
  return unguarded(configurationIn(json)).map(({ site, dial }) => `${site} ${dial}`);
}
const login =
  'forward_auth authentik:9000 {\n\turi /outpost.goauthentik.io/auth/caddy\n\tcopy_headers X-Authentik-Username\n}';
const site = (lines: string, host = 'wiki.example.com') => `${host} {\n${lines}\n}\n`;

describe.skipIf(!existsSync(binary))('ways without a login, in what Caddy makes of a Caddyfile', () => {
  test.each([
    ['a plain site', site('reverse_proxy wiki:80'), ['wiki.example.com wiki:80']],
    ['two servers', site('reverse_proxy wiki:80 b:81'), ['wiki.example.com wiki:80', 'wiki.example.com b:81']],
    ['a login before it', site(`${login}\nreverse_proxy wiki:80`), []],
    ['a login before it in a route', site(`route {\n${login}\nreverse_proxy wiki:80\n}`), []],
    ['a login behind it', site(`route {\nreverse_proxy wiki:80\n${login}\n}`), ['wiki.example.com wiki:80']],
    [
      'a login for some paths alone',
      site(
        `route {\nforward_auth /admin/* authentik:9000 {\nuri /outpost.goauthentik.io/auth/caddy\n}\nreverse_proxy wiki:80\n}`,
      ),
      ['wiki.example.com wiki:80'],
    ],
    [
      'a login for another part of it',
      site(`handle /admin/* {\n${login}\nreverse_proxy admin:80\n}\nhandle {\nreverse_proxy wiki:80\n}`),
      ['wiki.example.com wiki:80'],
    ],
    [
      'another login than authentik',
      site('forward_auth a:1 {\nuri /verify\n}\nreverse_proxy wiki:80'),
      ['wiki.example.com a:1', 'wiki.example.com wiki:80'],
    ],
    [
      'one host of a wildcard',
      site(`@w host wiki.example.com\nhandle @w {\nreverse_proxy wiki:80\n}\nhandle {\nabort\n}`, '*.example.com'),
      ['wiki.example.com wiki:80'],
    ],
    ['a port alone', site('reverse_proxy wiki:80', ':8080'), [':8080 wiki:80']],
    ['no proxy', site('respond 1'), []],
  ])('%s', (_what, caddyfile, expected) => {
    expect(ways(caddyfile)).toEqual(expected);
  });
});
