import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { complaintAbout, small } from './sample.ts';

/** The file with one value in another place; the value is put in double quotes. */
const withValue = {
  domain: (value: string) => small.replace('home.example.com', () => JSON.stringify(value)),
  'base-dir': (value: string) => small.replace('/srv', () => JSON.stringify(value)),
  username: (value: string) => small.replace('helen', () => JSON.stringify(value)),
  email: (value: string) => small.replace('helen@example.com', () => JSON.stringify(value)),
  version: (value: string) => small.replace('2026.8.6', () => JSON.stringify(value)),
  upstream: (value: string) => `${small}apps: [{ name: wiki, upstream: ${JSON.stringify(value)} }]`,
  name: (value: string) => `${small}apps: [{ name: ${JSON.stringify(value)}, upstream: wiki:80 }]`,
  'open-paths': (value: string) =>
    `${small}apps: [{ name: wiki, upstream: 'wiki:80', open-paths: [${JSON.stringify(value)}] }]`,
  more: (value: string) =>
    `${small}apps: [{ name: wiki, upstream: 'wiki:80', more-upstreams: [${JSON.stringify(value)}] }]`,
  identity: (value: string) =>
    `${small}apps: [{ name: wiki, upstream: 'wiki:80', identity-headers: { ${JSON.stringify(value)}: username } }]`,
  header: (value: string) =>
    `${small}apps: [{ name: wiki, upstream: 'wiki:80', request-headers: { X-A: ${JSON.stringify(value)} } }]`,
  'max-body': (value: string) =>
    `${small}apps: [{ name: wiki, upstream: 'wiki:80', max-body: ${JSON.stringify(value)} }]`,
  extra: (value: string) => `${small}apps: [{ name: wiki, upstream: 'wiki:80', extra: ${JSON.stringify(value)} }]`,
  'lan-address': (value: string) => `${small}lan-address: ${JSON.stringify(value)}`,
  listen: (value: string) => `${small}proxy: host-caddy\nlisten: ${JSON.stringify(value)}`,
  'caddy-container': (value: string) => `${small}caddy-container: ${JSON.stringify(value)}`,
  mail: (value: string) => `${small}mail: { from: a@example.com, host: ${JSON.stringify(value)} }`,
  from: (value: string) => `${small}mail: { host: smtp.example.com, from: ${JSON.stringify(value)} }`,
};

type Row = [key: keyof typeof withValue, value: string, problem: string, fix: string];

const refused: Row[] = [
  ['domain', '', 'is empty', 'Write a name, for example home.example.com.'],
  ['domain', 'https://home.example.com', 'has a scheme in front', 'Write home.example.com.'],
  ['domain', 'home.example.com/login', 'has a path', 'Write home.example.com.'],
  ['domain', 'home.example.com:8443', 'has a port', 'Write home.example.com.'],
  ['domain', '*.home.example.com', 'is a wildcard', 'Write home.example.com.'],
  ['domain', 'home.example.com.', 'ends with a dot', 'Write home.example.com.'],
  ['domain', '.home.example.com', 'begins with a dot', 'Write home.example.com.'],
  ['domain', 'home..example.com', 'two dots', 'Write home.example.com.'],
  ['domain', 'Home.Example.com', 'has capital letters', 'Write home.example.com.'],
  ['domain', 'home example.com', 'has a space', 'for example home.example.com'],
  ['domain', 'home.münchen.de', 'DNS does not know', 'Write home.xn--mnchen-3ya.de.'],
  ['domain', 'MÜNCHEN.de', 'DNS does not know', 'Write xn--mnchen-3ya.de.'],
  ['domain', 'xn--0.example.com', 'not valid punycode', 'for example home.example.com'],
  ['domain', '192.168.0.4', 'is an IP address', 'Write a domain, for example home.example.com.'],
  ['domain', '192.168.0.4:80', 'is an IP address', 'Write a domain, for example home.example.com.'],
  ['domain', 'fd00::1', 'is an IP address', 'Write a domain, for example home.example.com.'],
  ['domain', '[::1]:80', 'is an IP address', 'Write a domain, for example home.example.com.'],
  ['domain', 'localhost', 'is a single word', 'home.localhost'],
  ['domain', 'helen@example.com', 'is an e-mail address', 'Write example.com.'],
  ['domain', 'my_home.example.com', 'has an underscore', 'for example home.example.com'],
  ['domain', '-home.example.com', 'begins or ends with a hyphen', 'for example home.example.com'],
  ['domain', 'home.example.123', 'ends with a number', 'for example home.example.com'],
  ['domain', 'home.exa;mple.com', 'characters other than', 'for example home.example.com'],
  ['domain', `${'a'.repeat(64)}.com`, 'has a part of 64 letters', 'for example home.example.com'],
  ['domain', `${'a.'.repeat(127)}com`, 'has 257 letters', 'for example home.example.com'],
  ['open-paths', 'health', 'does not begin with a slash', 'Write a path like /health'],
  ['open-paths', '', 'does not begin with a slash', 'Write a path like /health'],
  ['open-paths', 'https://wiki.home.example.com/x', 'does not begin with a slash', 'Write a path like /health'],
  ['open-paths', '/', 'is the front page', 'Write the paths that need no login.'],
  ['open-paths', '/*', 'is the whole app', 'write a site of your own'],
  ['open-paths', '/api*', 'a star that is not alone', '/share/* for all below'],
  ['open-paths', '/*/x', 'a star that is not alone', '/share/* for all below'],
  ['open-paths', '/**', 'a star that is not alone', '/share/* for all below'],
  ['open-paths', '//*', 'two slashes in a row', '/share/* for all below'],
  ['open-paths', '/share//x', 'two slashes in a row', '/share/* for all below'],
  ['open-paths', '/share/../x', 'only dots', '/share/* for all below'],
  ['open-paths', '/./*', 'only dots', '/share/* for all below'],
  ['open-paths', '/share/%2e', 'characters other than', 'A query (?) is never looked at.'],
  ['open-paths', '/share?x', 'characters other than', 'A query (?) is never looked at.'],
  ['open-paths', '/a b', 'characters other than', 'A query (?) is never looked at.'],
  ['open-paths', '/{x}', 'characters other than', 'A query (?) is never looked at.'],
  ['open-paths', '/a;b', 'characters other than', 'A query (?) is never looked at.'],
  ['open-paths', '/a\\b', 'characters other than', 'A query (?) is never looked at.'],
  ['open-paths', '/größe', 'characters other than', 'A query (?) is never looked at.'],
  ['open-paths', '/outpost.goauthentik.io/*', 'belongs to the login', '/share/* for all below'],
  ['open-paths', '/Outpost.Goauthentik.IO', 'belongs to the login', '/share/* for all below'],
  ['open-paths', `/${'a'.repeat(200)}`, 'is longer than 200', '/share/* for all below'],
  ['base-dir', '', 'is empty', 'for example /rpool/encrypted/docker'],
  ['base-dir', 'srv/docker', 'is not an absolute path', 'Begin it with a slash'],
  ['base-dir', '~/docker', 'which only a shell understands', 'Write the whole path'],
  ['base-dir', '/srv/../etc', 'has .. in it', 'Write /etc if that is what you mean.'],
  ['base-dir', '/', 'is the root', 'Name a directory for it'],
  ['base-dir', '/./', 'is the root', 'Name a directory for it'],
  ['base-dir', '/proc/x', 'belongs to the kernel', 'Name a directory for it'],
  ['base-dir', '/srv/a:b', 'has a colon or a comma', 'Use a directory without them'],
  ['base-dir', '/srv/a,b', 'has a colon or a comma', 'Use a directory without them'],
  ['base-dir', '/srv/a\tb', 'has a control character', 'Write the path as ls shows it'],
  ['base-dir', '/srv ', 'begins or ends with a space', 'Write /srv without it.'],
  ['username', 'Helen', 'has capital letters', 'Write helen.'],
  ['username', 'Akadmin', 'emergency account', 'Choose another, for example helen.'],
  ['username', 'Helen@example.com', 'is an e-mail address', 'for example helen.'],
  ['username', 'Zoë', 'characters other than', 'Leave them out'],
  ['username', 'akadmin', 'emergency account', 'Choose another, for example helen.'],
  ['username', 'helen@example.com', 'is an e-mail address', 'for example helen.'],
  ['username', '_helen', 'does not begin with', 'Begin it with one'],
  ['username', 'helen o', 'characters other than', 'Leave them out'],
  ['username', 'h'.repeat(151), 'has 151 letters', 'Write a shorter one.'],
  ['username', '', 'is empty', 'Write a user name, for example helen.'],
  ['email', 'helen', 'has no @', 'Write it like helen@example.com.'],
  ['email', 'helen@localhost', 'is a single word', 'Write it like helen@example.com.'],
  ['email', 'helen@example.com.', 'ends with a dot', 'Write it like helen@example.com.'],
  ['email', 'helen@exa mple.com', 'has a space', 'Write it like helen@example.com.'],
  ['email', 'Helen <helen@example.com>', 'has a name around', 'Write helen@example.com alone.'],
  ['email', 'he..len@example.com', 'a part before the @', 'Write it like helen@example.com.'],
  ['email', 'hélène@example.com', 'a part before the @', 'Write it like helen@example.com.'],
  ['from', 'Home', 'has no @', 'Write it like helen@example.com.'],
  ['version', 'latest', 'is a moving tag', 'Write an exact release, for example 2026.8.6.'],
  ['version', '2026.8', 'leaves the patch open', 'Write an exact release, for example 2026.8.6.'],
  ['version', 'v2026.8.6', 'in front of the release', 'Write 2026.8.6.'],
  ['version', 'version/2026.8.6', 'in front of the release', 'Write 2026.8.6.'],
  ['version', '2026.8.0-rc1', 'is a release candidate', 'Write an exact release'],
  ['version', '2026.13.0', 'is not a release', 'Write an exact release'],
  ['version', '2026.08.6', 'is not a release', 'Write an exact release'],
  ['upstream', '', 'is empty', 'Write HOST:PORT'],
  ['upstream', 'wiki', 'has no port', 'Write the port too: wiki:8080.'],
  ['upstream', 'wiki:', 'has no port', 'Write the port too: wiki:8080.'],
  ['upstream', ':80', 'has no host', 'Write HOST:PORT'],
  ['upstream', 'wiki:http', 'not a number', 'Write wiki:8080.'],
  ['upstream', 'wiki:0', 'is not a port', 'Write a port from 1 to 65535.'],
  ['upstream', 'wiki:65536', 'is not a port', 'Write a port from 1 to 65535.'],
  ['upstream', 'ftp://wiki:21', 'begins with ftp://', 'Write HOST:PORT'],
  ['more', 'localhost:80', 'is a loopback address', 'Write the app'],
  ['more', 'https://wiki:443', 'is https, and upstream is plain http', 'or of none'],
  ['identity', 'Remote_User', 'is no name of a header', 'Remote-User'],
  ['identity', 'X-Authentik-Username', "is one of authentik's own headers", 'identity-headers'],
  ['identity', 'Connection', 'belongs to the connection', 'Leave it out.'],
  ['header', '', 'is empty', 'null to take the header off'],
  ['header', '{http.request.header.Cookie}', 'has a brace or a control character', 'or use extra'],
  ['header', 'a\r\nX-Forged: 1', 'has a brace or a control character', 'to the letter'],
  ['header', '`"', 'has backquotes together with quotes', 'without one of them'],
  ['max-body', 'ten', 'is no size', '10GB'],
  ['max-body', '0MB', 'is no size', '10GB'],
  ['extra', '}\nrespond "open"', 'closes in line 1 more than it opened', 'every } alone on its line'],
  ['extra', 'handle {', 'opens more than it closes', 'every } alone on its line'],
  ['extra', 'handle { respond 200 }', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', '{\n}\n}', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', 'header X "}\n}\n}"', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', 'header X `a\n}\n`', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', 'header X \\ {\n}', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', 'header X \\\n}', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', '"}"', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', 'handle "{"', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', 'respond <<X\n}\nX', 'has a heredoc', 'every } alone'],
  ['extra', 'header X {$HOME}', 'takes a variable of the environment', 'Write {env.NAME}'],
  ['extra', 'header X a\u0000', 'has a control character', 'inside of a route'],
  // Caddy takes it for a letter, so it is a word "{" and not one that opens.
  ...['\uFEFF', '\u00A0', '\u2028', '\u3000', '\r'].map(
    (blank): Row => ['extra', `handle /a {${blank}\n}`, 'a blank of an unusual sort', 'at the end of a line'],
  ),
  ['extra', '# homeauth: end', "a mark of homeauth's own", 'in other words'],
  ['extra', 'header X a # a comment \\\n}', 'has a brace or a quote in line 1', 'at the end of a line'],
  ['extra', 'import wiki#a/b', 'imports a file', 'a snippet of your Caddyfile by its name'],
  ['extra', 'import "a #b" /etc/x', 'imports a file', 'a snippet of your Caddyfile by its name'],
  ['extra', 'import sites/wiki', 'imports a file', 'a snippet of your Caddyfile by its name'],
  ['extra', 'handle /a {\n\t"import" *\n}', 'imports a file', 'a snippet of your Caddyfile by its name'],
  ['listen', '910', 'is no IPv4 address with a port', '127.0.0.1:910'],
  ['listen', '[fd00::2]:910', 'is an IPv6 address', '10.8.0.2:910'],
  ['listen', '0.0.0.0:910', 'is no address of a network of your own', '127.0.0.1:910'],
  ['listen', '192.168.0.4:910', 'is for a proxy on another machine', '127.0.0.1:910'],
  ['listen', '127.0.0.1:9000', 'every account of this server can take', 'below 1024'],
  ['upstream', 'h2c://wiki:80', 'begins with h2c://', 'Write HOST:PORT'],
  ['upstream', 'http://wiki:80/app', 'has a path', 'Write HOST:PORT'],
  ['upstream', 'fd00::5:80', 'more than one colon', 'goes in brackets: [fd00::5]:80.'],
  ['upstream', '{env.X}:80', 'neither', 'Write HOST:PORT'],
  ['upstream', '999.1.1.1:80', 'neither', 'Write HOST:PORT'],
  ['name', '', 'is empty', 'Write a name, for example wiki.'],
  ['name', 'Wiki', 'has capital letters', 'Write wiki.'],
  ['name', 'my wiki', 'characters other than', 'Write my-wiki.'],
  ['name', '-wiki', 'begins or ends with a hyphen', 'Write wiki.'],
  ['name', 'w'.repeat(51), 'has 51 letters', 'Write 50 or fewer.'],
  ['name', 'home', "homeauth's own application", 'Write another name'],
  ...['authorize', 'token', 'device', 'userinfo', 'introspect', 'revoke'].map(
    (name): Row => ['name', name, "one of authentik's own paths", `for example my-${name}`],
  ),
  ['lan-address', '192.168.0', 'is not an IP address', 'Write it like 192.168.0.4'],
  ['lan-address', '192.168.0.4/24', 'is not an IP address', 'without a port or a mask'],
  ['lan-address', '127.0.0.1', 'every machine has for itself', 'hostname -I'],
  ['caddy-container', 'my caddy', 'is not a container name', 'docker ps'],
  ['mail', 'localhost', 'is a loopback address', "Write the mail server's name"],
  ['mail', 'smtp://x.example.com', 'has a scheme in front', 'Write x.example.com.'],
  ...['localhost:80', 'wiki.localhost:80', '127.0.0.1:80', '127.1:80', '0x7f000001:80', '0.0.0.0:80'].map(
    (value): Row => ['upstream', value, 'is a loopback address', "this server's LAN address (192.168.0.4:80)"],
  ),
  ...['[::1]:80', '[::]:80', '[::ffff:127.0.0.1]:80', '[0:0:0:0:0:0:0:1]:80', 'http://localhost:80/'].map(
    (value): Row => ['upstream', value, 'is a loopback address', "Write the app's container"],
  ),
];

test.each(refused)('%s: %j %s', (key, value, problem, fix) => {
  const text = complaintAbout(withValue[key](value));
  expect(text).toMatch(/^homeauth\.yaml:\d+:\d+ {2}/);
  expect(text).toContain(problem);
  expect(text?.split('\n').at(-1)).toContain(fix);
});

const accepted: [key: keyof typeof withValue, value: string][] = [
  ['domain', 'home.localhost'],
  ['domain', 'example.com'],
  ['domain', 'xn--mnchen-3ya.de'],
  ['domain', '1.home-2.example.com'],
  ['base-dir', '/srv/my docker'],
  ['base-dir', '//srv/./x/'],
  ['username', '0helen.o_k-1'],
  ['email', 'He.Len+home@Example.com'],
  ['from', 'Home <auth@example.com>'],
  ['version', '2023.10.0'],
  ['upstream', 'My_app:65535'],
  ['upstream', '[fd00::5]:80'],
  ['upstream', 'HTTP://wiki.lan:1/'],
  ['upstream', 'https://wiki:443'],
  ['more', 'wiki-2:80'],
  ['listen', '127.0.0.1:910'],
  ['identity', 'Remote-User'],
  ['header', 'a "quoted" text'],
  ['max-body', '10GB'],
  ['extra', '@old path /old # } what was\nredir @old {scheme}://{host}/new\nhandle /x {\n\theader A "{b}"\n} # x'],
  ['extra', 'import security'],
  ['extra', 'import security # what is in /etc/caddy'],
  ['name', 'paperless-ngx'],
  ['lan-address', 'fd00::4'],
  ['mail', '192.168.0.9'],
  ['mail', 'mailpit'],
];

test.each(accepted)('%s: %j will do', (key, value) => {
  expect(complaintAbout(withValue[key](value))).toBeUndefined();
});

describe('across keys', () => {
  const app = (...lines: string[]) => `${small}apps:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
  const rows: [name: string, text: string, problem: string, fix: string][] = [
    ['a group twice', `${small}groups: [family, family]\n`, 'is given twice', 'Delete one of the two lines.'],
    ['a group in capitals', `${small}groups: [family, Family]\n`, '"family" in capitals only', 'Write family.'],
    ['the admins', `${small}groups: [Authentik admins]\n`, '"authentik Admins" in capitals', 'Write authentik Admins.'],
    [
      'the group of an app in capitals',
      `${small}groups: [Family]\n${app('{ name: wiki, upstream: "wiki:80", group: family }').slice(small.length)}`,
      'differs from "Family" in capitals only',
      'Write Family.',
    ],
    ['an app twice', app('whoami', 'whoami'), 'is the name of two apps', 'Rename or delete one of them.'],
    [
      'a host twice',
      app('whoami', '{ name: wiki, upstream: wiki:80, host: whoami.home.example.com }'),
      'is the host of whoami too',
      'Write another host for one of them.',
    ],
    [
      'settings of two apps in one place',
      app(
        '{ name: nextcloud, upstream: a:80, login: oidc, oidc: { settings-in: cloud } }',
        '{ name: actual-budget, upstream: b:80, login: oidc, oidc: { settings-in: cloud } }',
      ),
      'is where the settings of nextcloud are, too',
      'Write the container of each app itself.',
    ],
    [
      'one container for two apps',
      app(
        '{ name: miniflux, upstream: a:80, login: oidc, oidc: { compose-override: { file: /opt/a/compose.override.yaml, service: web } } }',
        '{ name: mealie, upstream: b:80, login: oidc, oidc: { compose-override: { file: /opt/a/compose.override.yaml, service: web } } }',
      ),
      'is the service of miniflux in this file, too',
      'Write the service of each app itself',
    ],
    [
      'the login page',
      app('{ name: auth, upstream: a:80 }'),
      'is where people log in',
      'Write another host for the app.',
    ],
    ['no upstream', app('name: wiki'), 'has no upstream', 'write name: wiki and upstream: HOST:PORT.'],
    [
      'TLS for plain http',
      app('{ name: wiki, upstream: wiki:80, upstream-tls: { insecure-skip-verify: true } }'),
      'is about TLS, and upstream does not begin with https://',
      'or delete upstream-tls.',
    ],
    [
      'https beside what a preset dials',
      app('{ name: whoami, more-upstreams: ["nas:80", "https://nas:443"] }'),
      'is https, and upstream is plain http',
      'or of none.',
    ],
    ['nearly a preset', app('whoam'), 'knows no app by that name', 'Did you mean whoami?'],
    [
      'a group in mode domain',
      app('{ name: wiki, upstream: wiki:80, mode: domain, group: family }'),
      'cannot be asked for in mode domain',
      'Write mode: app, or delete group.',
    ],
    [
      'mode domain outside the domain',
      app('{ name: wiki, upstream: wiki:80, mode: domain, host: evilhome.example.com }'),
      'is outside home.example.com',
      'Write mode: app, or a host that ends with .home.example.com',
    ],
    [
      'a group of an app that authentik has no part in',
      app('{ name: wiki, upstream: wiki:80, login: none, group: family }'),
      'does not go with login: none',
      'Delete group, or write login: forward-auth.',
    ],
    [
      'open paths where all is open',
      app('{ name: wiki, upstream: wiki:80, login: none, open-paths: [/a] }'),
      'does not go with login: none',
      'Delete open-paths, or write login: forward-auth.',
    ],
    [
      'mode domain without authentik',
      app('{ name: wiki, upstream: wiki:80, login: none, mode: domain }'),
      'does not go with login: none',
      'Delete mode.',
    ],
    [
      'a header from a proxy outside of Docker',
      `proxy: host-caddy\n${app('{ name: wiki, upstream: "127.0.0.1:80", login: header }')}`,
      'needs a Caddy in a container',
      'Write login: forward-auth.',
    ],
    [
      'OpenID Connect of an app without it',
      app('{ name: wiki, upstream: wiki:80, login: header, oidc: {} }'),
      'is for an app with login: oidc alone',
      'Write login: oidc, or delete oidc.',
    ],
    ['auth-host outside', `${small}auth-host: auth.example.com`, 'is outside', 'for example auth.home.example.com.'],
    [
      'a user name alone',
      `${small}mail: { host: a.de, from: a@b.de, username: x }`,
      'no password',
      'Add password-file:',
    ],
    [
      'a password alone',
      `${small}mail: { host: a.de, from: a@b.de, password-file: /x }`,
      'no user name',
      'Add username:',
    ],
    [
      'a name too long below the domain',
      app(`{ name: ${'w'.repeat(50)}, upstream: a:80 }`).replace('home.example.com', `${'a.'.repeat(100)}com`),
      'is too long below this domain',
      'Write a shorter name.',
    ],
  ];
  test.each(rows)('%s', (_, text, problem, fix) => {
    const complaint = complaintAbout(text);
    expect(complaint).toContain(problem);
    expect(complaint?.split('\n').at(-1)).toContain(fix);
  });

  test('an app in mode app may live elsewhere', () => {
    expect(complaintAbout(app('{ name: wiki, upstream: wiki:80, host: wiki.example.org }'))).toBeUndefined();
  });

  test('localhost is the server itself for a proxy of your own', () => {
    const text = `${app('{ name: wiki, upstream: localhost:80 }')}proxy: manual\n`;
    expect(parseConfig(text, 'homeauth.yaml').config.apps[0]?.upstream).toBe('localhost:80');
  });

  test('objections stand beside the complaints of the schema', () => {
    const text = complaintAbout(app('{ name: wiki, upstream: localhost:80, mode: domian, grop: x }', 'wiki'));
    for (const part of [
      '"localhost:80" is a loopback address',
      'did you mean "domain"',
      'did you mean "group"',
      'two apps',
    ]) {
      expect(text).toContain(part);
    }
  });
});

describe('types and keys', () => {
  const rows: [text: string, problem: string, fix: string][] = [
    ['zfs-dataset: yes', 'is neither true nor false', 'Write true, without quotes.'],
    ['zfs-dataset: "off"', 'is neither true nor false', 'Write false, without quotes.'],
    ['zfs-dataset: maybe', 'is neither true nor false', 'Write true or false, without quotes.'],
    ['proxy: nginx', 'is not a proxy', 'Write one of: caddy, host-caddy, manual.'],
    ['proxy:', 'proxy has no value', 'Write a value behind the colon, or delete the line.'],
    ['mail:', 'mail has no value', 'Write a value behind the colon, or delete the line.'],
    ['mail: smtp', 'has no keys', 'host, port, username, password-file, from, tls'],
    ['mail: { host: a.de, from: a@b.de, port: many }', 'is not a whole number', 'Write digits, without quotes.'],
    ['mail: { host: a.de, from: a@b.de, port: 70000 }', 'is not a port', 'Write a port from 1 to 65535.'],
    ['mail: { host: a.de, from: a@b.de, port: 0 }', 'is not a port', 'Write a port from 1 to 65535.'],
    ['mail: { host: a.de }', 'mail.from is missing', 'Add a line like from: auth@example.com'],
    ['apps: whoami', 'is not a list', 'with "- " in front'],
    ['apps: { whoami: 1 }', 'is not a list', 'with "- " in front'],
    [
      'apps: [42]',
      'has no keys',
      'name, title, tile, host, upstream, more-upstreams, upstream-tls, mode, login, oidc, ldap, ldap-listen, group, open-paths',
    ],
    ['auth-host: [a]', 'is not one value', 'Write one value behind the colon.'],
    ['auth-host: true', 'is a boolean to YAML', 'Put it in quotes: "true".'],
    ['version: 2026.8.6', 'version is not a key here', 'It belongs below authentik.'],
    ['frobnicate: 1', 'frobnicate is not a key here', 'Known here: domain, base-dir'],
    ['adminn: 1', 'adminn is not a key here', 'Write admin, or delete it.'],
    ['? [a]\n: 1', 'is not a key here', 'Delete it.'],
    ['__proto__: 1', '__proto__ is not a key here', 'or delete it.'],
    ['password: x', 'password is not a key here', 'Delete it.'],
  ];
  test.each(rows)('%j', (line, problem, fix) => {
    const text = complaintAbout(`${small}${line}\n`);
    expect(text).toContain(problem);
    expect(text?.split('\n').at(-1)).toContain(fix);
  });

  test.each(['domain', 'base-dir', 'admin', 'authentik'])('%s has to be there', (key) => {
    const text = complaintAbout(small.replace(new RegExp(`^${key}.*\n`, 'm'), ''));
    expect(text).toContain(`${key} is missing.`);
    expect(text?.split('\n').at(-1)).toMatch(new RegExp(`^Add (a line like )?${key}: `));
  });
});
