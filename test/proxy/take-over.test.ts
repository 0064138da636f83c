import { expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { takeOver } from '../../src/proxy/caddy/take-over.ts';

const host = 'wiki.home.example.com';
const site = (lines: string, before = '') =>
  takeOver(`${before}${host} {\n${lines.replace(/^/gm, '\t')}\n}\n`, host, '/etc/caddy/Caddyfile');
const kept = (lines: string, before?: string) =>
  site(lines, before)
    .extra?.split('\n')
    .slice(1, -3)
    .map((line) => line.slice(2));

test.each([
  ['reverse_proxy wiki:3000', { upstream: 'wiki:3000' }],
  ['reverse_proxy http://wiki', { upstream: 'wiki:80' }],
  ['reverse_proxy * "wiki:3000"', { upstream: 'wiki:3000' }],
  ['reverse_proxy wiki-a:3000 wiki-b:3000', { upstream: 'wiki-a:3000', 'more-upstreams': ['wiki-b:3000'] }],
  ['encode zstd gzip\nreverse_proxy wiki:3000 # the wiki', { upstream: 'wiki:3000', encode: true }],
  ['route {\n\treverse_proxy wiki:3000\n}', { upstream: 'wiki:3000' }],
  ['reverse_proxy https://nas:5001', { upstream: 'https://nas:5001' }],
  [
    'reverse_proxy https://nas {\n\ttransport http {\n\t\ttls_insecure_skip_verify\n\t}\n}',
    { upstream: 'https://nas:443', 'upstream-tls': { 'insecure-skip-verify': true } },
  ],
])('a plain site is an app with keys of its own: %s', (lines, expected) => {
  expect(site(lines)).toEqual({ ...expected, leftBehind: [] });
});

test('what has no key of its own stands behind the login as it was', () => {
  const lines =
    'header X-Frame-Options DENY\n@api path /api/*\nreverse_proxy @api api:9000\nreverse_proxy wiki:3000 {\n\theader_up X-Real-IP {remote_host}\n}';
  const found = site(lines);
  expect(found.upstream).toBe('wiki:3000');
  expect(found['more-upstreams']).toEqual(['api:9000']);
  expect(found.extra).toBe(
    'handle {\n  header X-Frame-Options DENY\n  @api path /api/*\n  reverse_proxy @api api:9000\n  reverse_proxy wiki:3000 {\n    header_up X-Real-IP {remote_host}\n  }\n}\nrespond 404\n',
  );
});

test.each(['respond "mine"', 'root * /srv/www\nfile_server', 'php_fastcgi php:9000'])(
  'a site without a proxy has no upstream: %s',
  (lines) => {
    const found = site(lines);
    expect(found).not.toHaveProperty('upstream');
    expect(kept(lines)).toEqual(lines.split('\n'));
  },
);

test('what homeauth has of its own stays behind, and is told', () => {
  const login = 'forward_auth authelia:9091 {\n\turi /api/verify\n}';
  const found = site(
    `tls internal\nbind 0.0.0.0\nlog {\n\toutput file /a\n}\nbasic_auth {\n\thelen x\n}\nroute {\n\treverse_proxy /outpost.goauthentik.io/* http://authentik:9000\n\t${login}\n\treverse_proxy wiki:3000\n}`,
  );
  expect(found).toEqual({
    upstream: 'wiki:3000',
    leftBehind: [
      'tls internal',
      'bind 0.0.0.0',
      'log',
      'basic_auth',
      'reverse_proxy /outpost.goauthentik.io/* http://authentik:9000',
      'forward_auth authelia:9091',
    ],
  });
  // The same word inside of a directive is another thing.
  expect(
    site('reverse_proxy nas:5001 {\n\ttransport http {\n\t\ttls\n\t\ttls_server_name nas\n\t}\n}').leftBehind,
  ).toEqual([]);
});

test('a snippet is taken by its name, or as its lines where it has arguments or a login', () => {
  const usual = '(usual) {\n\theader -Server\n}\n';
  expect(kept('import usual\nreverse_proxy wiki:3000', usual)).toEqual(['import usual', 'reverse_proxy wiki:3000']);
  const guarded =
    '(guarded) {\n\tforward_auth authelia:9091 {\n\t\turi /verify\n\t}\n\timport to {args[0]}\n}\n(to) {\n\treverse_proxy {args[0]}:3000\n}\n';
  expect(site('import guarded wiki', guarded)).toEqual({
    upstream: 'wiki:3000',
    leftBehind: ['forward_auth authelia:9091'],
  });
});

test.each([
  [
    '*.home.example.com, home.example.com {\n\t@wiki host wiki.home.example.com\n\thandle @wiki {\n\t\treverse_proxy wiki:3000\n\t}\n\thandle {\n\t\tabort\n\t}\n}\n',
  ],
  [
    '*.home.example.com {\n\t@wiki {\n\t\thost Wiki.home.example.com\n\t}\n\thandle @wiki {\n\t\treverse_proxy wiki:3000\n\t}\n}\n',
  ],
  ['{\n\temail a@b.example\n}\nhttps://wiki.home.example.com {\n\treverse_proxy wiki:3000\n}\n'],
  ['http://wiki.home.example.com {\n\treverse_proxy wiki:3000\n}\n'],
  [
    'http://wiki.home.example.com {\n\tredir https://{host}{uri}\n}\nwiki.home.example.com {\n\treverse_proxy wiki:3000\n}\n',
  ],
  ['WIKI.home.example.com:443 {\n  reverse_proxy wiki:3000\n}'],
])('its site, wherever it stands: %s', (caddyfile) => {
  expect(takeOver(caddyfile, host, '/c')).toEqual({ upstream: 'wiki:3000', leftBehind: [] });
});

test.each([
  ['site-not-found', 'other.home.example.com {\n}\n', ''],
  ['site-not-found', 'import sites/*\n', ''],
  ['site-not-found', '# wiki.home.example.com {\n# }\n', ''],
  [
    'site-shared',
    'wiki.home.example.com, docs.home.example.com {\n}\n',
    'wiki.home.example.com,, docs.home.example.com',
  ],
  ['site-shared', 'wiki.home.example.com,\ndocs.home.example.com {\n}\n', ''],
  [
    'site-shared',
    '*.home.example.com {\n\t@w host wiki.home.example.com b.home.example.com\n\thandle @w {\n\t}\n}\n',
    '',
  ],
  ['site-lines', `${host} {\n\treverse_proxy {$WIKI}\n}\n`, 'reverse_proxy {$WIKI}: takes a variable'],
  ['site-lines', `${host} {\n\timport common.conf\n}\n`, 'import common.conf: imports a file'],
  [
    'site-lines',
    `${host} {\n\thandle_errors {\n\t\treverse_proxy wiki:3000\n\t}\n}\n`,
    'handle_errors: answers without a login',
  ],
  ['site-lines', `${host} {\n\thandle {\n\t\trespond <<A\n\tx }\n\tA 200\n\t}\n}\n`, 'heredoc'],
])('what cannot be taken over is refused: %s %s', (code, caddyfile, detail) => {
  let failure: unknown;
  try {
    takeOver(caddyfile, host, '/c');
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(Failure);
  expect((failure as Failure).code).toBe(code);
  if (code === 'site-lines') expect(String((failure as Failure).details)).toContain(detail);
});
