import { rename, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { spellings } from '../../src/verify/forgery.ts';
import type { Engine } from '../machine/engine.ts';
import { openTargets, shutTargets } from '../open-targets.ts';
import { type Bench, openBench, startCaddy } from './caddy/bench.ts';

const own = 'http://plain.example.com {\n\trespond "mine"\n}\n';
let docker: Engine;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ engine: docker, close } = await openBench());
});
afterAll(() => close?.());

async function failure(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

describe.each(['directory', 'file'] as const)('a Caddyfile mounted as a %s', (mount) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startCaddy(docker, mount, own);
  });

  test('carries our text, and is left alone once it does', async () => {
    const want = bench.want(['wiki']);
    expect(await bench.differs(want)).toEqual(['absent']);
    await bench.put(want);
    expect(await bench.differs(want)).toEqual([]);
    expect((await bench.get('auth.home.example.com')).body).toMatch(/^authentik auth\.home\.example\.com\/\n/);
    expect((await bench.get('wiki.home.example.com')).headers['location']).toMatch(
      /^https:\/\/auth\.home\.example\.com\/application\/o\/authorize\/\?client_id=wiki\.home\.example\.com&/,
    );
    expect(await bench.loads()).toBe(1);
  });

  test('loses an app and gets another', async () => {
    const want = bench.want(['photos']);
    expect(await bench.differs(want)).toEqual(['wiki.home.example.com goes', 'photos.home.example.com is new']);
    await bench.put(want);
    expect(await bench.differs(want)).toEqual([]);
    expect((await bench.get('photos.home.example.com')).status).toBe(302);
    await expect(bench.get('wiki.home.example.com')).rejects.toThrow(/certificate/);
  });

  test('is noticed when Caddy runs something else than it says', async () => {
    await bench.world.docker.exec(bench.proxy, ['caddy', 'reload', '--config', '-', '--adapter', 'caddyfile'], {
      stdin: own,
    });
    expect(await bench.differs(bench.want(['photos']))).toEqual(["Caddy does not run homeauth's part"]);
    await bench.put(bench.want(['photos']));
    expect(await bench.differs(bench.want(['photos']))).toEqual([]);
  });

  test('comes back byte for byte when we go', async () => {
    await bench.put(undefined);
    expect((await bench.caddyfile()).toString()).toBe(own);
    expect(await bench.differs(bench.want(['photos']))).toEqual(['absent']);
    await expect(bench.get('photos.home.example.com')).rejects.toThrow(/certificate|port/);
  });

  test.each([
    ['Windows line ends', own.replaceAll('\n', '\r\n')],
    ['a byte order mark and no newline at the end', `\ufeff${own.trimEnd()}`],
  ])('with %s is accepted, and given back', async (_, text) => {
    await bench.write(text);
    await bench.put(bench.want(['wiki']));
    expect((await bench.get('wiki.home.example.com')).status).toBe(302);
    await bench.put(undefined);
    expect((await bench.caddyfile()).equals(Buffer.from(text))).toBe(true);
  });

  test('goes back to what it was when Caddy does not take it', async () => {
    await bench.write(own);
    await bench.put(bench.want(['wiki']));
    const before = await bench.caddyfile();
    const wrong = { ...bench.want(['wiki', 'photos']), revision: 'never' };
    const { code, why } = await failure(bench.put(wrong));
    expect([code, why]).toEqual(['caddy-refused', expect.stringContaining('and Caddy serves it')]);
    expect((await bench.caddyfile()).equals(before)).toBe(true);
    expect(await bench.differs(bench.want(['wiki']))).toEqual([]);
    await bench.put(undefined);
  });

  test('is not loaded where Caddy does not run it yet', async () => {
    // Valid, and yet nothing that can be served: the address is nobody's.
    await bench.write('http://plain.example.com {\n\tbind 203.0.113.1\n\trespond "mine"\n}\n');
    const before = await bench.caddyfile();
    const loads = await bench.loads();
    const { code, details } = await failure(bench.put(bench.want(['wiki'])));
    expect([code, details]).toEqual(['caddy-runs-other', 'plain.example.com: not the same in the two']);
    expect((await bench.caddyfile()).equals(before)).toBe(true);
    expect(await bench.loads()).toBe(loads);
    await bench.write(own);
  });

  test('with a site that would get a share of the visitors only goes back to what it was', async () => {
    const pinned = 'mine.example.com {\n\ttls internal\n\tbind 0.0.0.0\n\trespond "mine"\n}\n';
    await bench.write(pinned);
    await expect.poll(() => bench.get('mine.example.com').catch(String)).toMatchObject({ body: 'mine' });
    const { code, problem, why } = await failure(bench.put(bench.want(['wiki'])));
    expect([code, problem, why]).toEqual([
      'site-lost',
      expect.stringContaining('mine.example.com no longer answers as it did'),
      expect.stringContaining('and Caddy serves it'),
    ]);
    expect((await bench.caddyfile()).toString()).toBe(pinned);
    for (let n = 0; n < 12; n++) expect((await bench.get('mine.example.com')).body).toBe('mine');
    // On the same listener both are served, every time.
    await bench.put(bench.want(['wiki'], ['0.0.0.0']));
    for (let n = 0; n < 12; n++) {
      expect((await bench.get('mine.example.com')).body).toBe('mine');
      expect((await bench.get('wiki.home.example.com')).status).toBe(302);
    }
  });
});

describe('what Caddy lets through', () => {
  let bench: Bench;
  const host = 'wiki.home.example.com';
  const helen = { Cookie: 'session=helen' };

  beforeAll(async () => {
    const wildcard =
      '*.home.example.com {\n\ttls internal\n\thandle {\n\t\treverse_proxy caddy-test-whoami:80\n\t}\n}\n';
    bench = await startCaddy(docker, 'directory', wildcard);
    await bench.put(bench.want(['wiki', 'photos']));
  });

  test('a site for every name, with a handle in it, is no way around the login', async () => {
    expect((await bench.get('other.home.example.com')).body).toContain('Host: other.home.example.com');
    expect((await bench.get(host)).status).toBe(302);
    expect((await bench.get(host, '/let-through')).status).toBe(403);
    expect((await bench.get(host, '/a/../b?c=d')).status).toBe(302);
  });

  test('the app hears of who is logged in, and of nothing else', async () => {
    const { body } = await bench.get(host, '/', helen);
    expect(body).toContain('X-Authentik-Username: helen\n');
    expect(body).not.toContain('X-Authentik-Groups');
  });

  const names = [...spellings.map((spell) => spell('Username')), ...spellings.map((spell) => spell('Groups'))];
  test.each([...names, 'X-Authentik-Is-Superuser', 'X-Authentik-Meta-App'])('%s is not forged', async (name) => {
    for (const path of ['/', '/let-through']) {
      for (const session of [{}, helen]) {
        const answer = await bench.get(host, path, { ...session, [name]: 'forged' });
        expect(answer.status).toBe('Cookie' in session ? 200 : path === '/' ? 302 : 403);
        expect(answer.body).not.toContain('forged');
      }
    }
  });

  test.each([
    ['X-Forwarded-Host', 'photos.home.example.com'],
    ['X-Forwarded-Uri', '/let-through'],
    ['X-Forwarded-Method', 'PUT'],
    ['X-Forwarded-Proto', 'http'],
    ['Forwarded', 'host=photos.home.example.com'],
  ])('a forged %s selects nothing', async (name, value) => {
    const { status, headers } = await bench.get(host, '/page', { [name]: value });
    expect(status).toBe(302);
    const login = new URL(headers['location'] ?? '');
    expect(login.searchParams.get('client_id')).toBe(host);
    expect(login.searchParams.get('redirect_uri')).toBe(`https://${host}/outpost.goauthentik.io/callback?for=GET/page`);
  });

  test("the outpost's own paths lead to authentik", async () => {
    const { body } = await bench.get(host, '/outpost.goauthentik.io/callback?code=1');
    expect(body).toBe(`authentik ${host}/outpost.goauthentik.io/callback?code=1\nHost: ${host}\n`);
  });
});

describe('what an app needs in its site', () => {
  let bench: Bench;
  const helen = { Cookie: 'session=helen' };
  const inTls = 'https://tls.lan:8443 {\n\ttls internal\n\trespond "{host} {header.X-Authentik-Username}"\n}\n';

  beforeAll(async () => {
    bench = await startCaddy(docker, 'directory', inTls);
    await bench.put(bench.want(['dressed', 'tls', 'tls-known', 'tls-any']));
  });

  test('is there for whoever is logged in', async () => {
    const host = 'dressed.home.example.com';
    const { status, body, headers } = await bench.get(host, '/', { ...helen, Accept: 'text/x', 'X-Who': 'forged' });
    expect(status).toBe(200);
    expect(body).toContain('Remote-User: helen\n');
    expect(body).toContain('X-Who: helen\n');
    expect(body).toContain('X-Script-Name: /a b\n');
    expect(body).not.toMatch(/forged|text\/x/);
    expect(headers['x-frame-options']).toBe('DENY');
    expect(
      (await bench.get(host, '/', { ...helen, 'Accept-Encoding': 'gzip', 'X-Long': 'long '.repeat(200) })).headers[
        'content-encoding'
      ],
    ).toBe('gzip');
    expect((await bench.get(host, '/old', helen)).headers['location']).toBe('/new');
    expect((await bench.get(host, '/robots.txt', helen)).body).toBe('nobody');
  });

  test('stands behind the login', async () => {
    for (const path of ['/', '/old', '/robots.txt'])
      expect([path, (await bench.get('dressed.home.example.com', path)).status]).toEqual([path, 302]);
  });

  test('tells nobody who a visitor without a login says to be', async () => {
    const forged = { 'X-Who': 'forged', 'Remote-User': 'forged', 'x-authentik-username': 'forged' };
    const { status, body } = await bench.get('dressed.home.example.com', '/share/x', forged);
    expect(status).toBe(200);
    expect(body).toContain('X-Script-Name: /a b\n');
    expect(body).not.toContain('forged');
  });

  test.each([
    ['tls', 502, ''],
    ['tls-known', 200, 'tls.lan helen'],
    ['tls-any', 200, 'tls.lan helen'],
  ])('an app over TLS is asked only where it proves who it is, or need not: %s', async (name, status, body) => {
    const answer = await bench.get(`${name}.home.example.com`, '/', helen);
    expect([answer.status, answer.body]).toEqual([status, body]);
  });
});

describe('ways past the login', () => {
  let bench: Bench;
  const host = 'wiki.home.example.com';
  const cookie = 'Cookie: session=helen';
  const once = 'Connection: close';

  beforeAll(async () => {
    bench = await startCaddy(docker, 'directory', own);
    await bench.put(bench.want(['wiki', 'late', 'socket']));
  });

  test.each(['WIKI.home.example.com', 'Wiki.Home.Example.Com', `${host}:8443`, 'WIKI.HOME.EXAMPLE.COM:443'])(
    'authentik is told %s by its own name',
    async (as) => {
      expect(await bench.raw(host, [`Host: ${as}`, once])).toContain(`authorize/?client_id=${host}&`);
      expect(await bench.raw(host, [`Host: ${as}`, cookie, once])).toMatch(/^X-Authentik-Meta-App: wiki$/m);
      const start = await bench.raw(host, [`Host: ${as}`, once], { target: '/outpost.goauthentik.io/start' });
      expect(start).toContain(`authentik ${host}/outpost.goauthentik.io/start\nHost: ${host}\n`);
    },
  );

  test('the login page is told its own name, and no port', async () => {
    const auth = 'auth.home.example.com';
    for (const as of [`${auth}:8443`, 'AUTH.home.example.com'])
      expect(await bench.raw(auth, [`Host: ${as}`, once])).toContain(`authentik ${auth}/\nHost: ${auth}\n`);
  });

  test('who was let in for the whole domain is not let into an app that the outpost does not know yet', async () => {
    const answer = await bench.get('late.home.example.com', '/', { Cookie: 'session=helen' });
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('homeauth doctor')]);
    expect(answer.headers['via']).toBeUndefined();
  });

  test.each(['X-Authentik-Meta-App', 'x_authentik_meta_app', 'X.Authentik.Meta.App'])(
    'nobody names the app by themselves with %s',
    async (name) => {
      expect(await bench.raw(host, [`${name}: wiki`, once], { target: '/let-through' })).toMatch(/^HTTP\/1.1 403 /);
    },
  );

  test.each([
    'close, X-Authentik-Username',
    'close, x-authentik-meta-app, X-Authentik-Uid',
    'X-Authentik-Username\r\nConnection: close',
  ])('Connection: %s takes nothing off', async (value) => {
    const answer = await bench.raw(host, [cookie, `Connection: ${value}`]);
    for (const line of ['X-Authentik-Username: helen', 'X-Authentik-Uid: real', 'X-Authentik-Meta-App: wiki'])
      expect(answer).toContain(`\n${line}\n`);
  });

  test.each([
    ...['Remote-User', 'Remote-Groups', 'Remote-Email', 'Remote-Name', 'Remote_User', 'Remote.User', 'X-Remote-User'],
    ...['User', 'Email', 'Groups', 'Preferred-Username'].map((name) => `X-Forwarded-${name}`),
    ...['X-Auth-Request-User', 'X-Auth-Request-Groups', 'X-WebAuth-User', 'X-WEBAUTH-EMAIL', 'X_WebAuth_User'],
    ...['X-Original-URL', 'X-Rewrite-URL'],
  ])('%s stays outside', async (name) => {
    const answer = await bench.raw(host, [cookie, `${name}: forged`, 'X-Kept: kept', once]);
    expect(answer).toContain('\nX-Kept: kept\n');
    expect(answer).not.toContain('forged');
  });

  test.each(openTargets)('%s is open', async (target) => {
    const answer = await bench.raw(host, [cookie, 'X-Authentik-Username: forged', 'Remote-User: forged', once], {
      target,
    });
    expect(answer).toMatch(/^HTTP\/1.1 200 [\s\S]*\nHost: wiki/);
    // Nobody is told of there, logged in or not.
    expect(answer).not.toMatch(/forged|X-Authentik/);
  });

  test.each(shutTargets)('%s is not', async (target) => {
    const answer = await bench.raw(host, [once], { target });
    expect(answer).toMatch(/^HTTP\/1.1 302 /);
    expect(answer).toContain(`authorize/?client_id=${host}&`);
  });

  const upgrade = (protocol: string, connection = 'keep-alive, Upgrade, X-Authentik-Username') => [
    cookie,
    `Connection: ${connection}`,
    `Upgrade: ${protocol}`,
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ];

  test('a WebSocket opens for who is logged in, and is told who that is', async () => {
    const socket = 'socket.home.example.com';
    const send = Buffer.from([0x81, 0x85, 1, 2, 3, 4, ...Buffer.from('hello').map((byte, n) => byte ^ ((n % 4) + 1))]);
    const answer = await bench.raw(socket, upgrade('WebSocket'), { send });
    expect(answer).toMatch(/^HTTP\/1.1 101 /);
    expect(answer).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(answer).toContain('"x-authentik-username":"helen"');
    expect(answer).toMatch(/hello$/);
    const stranger = await bench.raw(socket, [...upgrade('websocket').slice(1)]);
    expect(stranger).toMatch(/^HTTP\/1.1 302 /);
  });

  test.each(['h2c', 'TLS/1.0', 'h2c, websocket', 'h2c\r\nUpgrade: websocket'])(
    'no tunnel of another kind: %s',
    async (protocol) => {
      const answer = await bench.raw('socket.home.example.com', upgrade(protocol, 'Upgrade, HTTP2-Settings'));
      expect(answer).toMatch(/^HTTP\/1.1 (200 |101 [\s\S]*\r\nUpgrade: websocket\r\n)/);
    },
  );
});

describe('a Caddy that takes its visitors for proxies', () => {
  let bench: Bench;
  const host = 'wiki.home.example.com';
  const forged = { 'X-Forwarded-Host': 'photos.home.example.com' };
  beforeAll(async () => {
    bench = await startCaddy(
      docker,
      'directory',
      `{\n\tservers {\n\t\ttrusted_proxies static private_ranges\n\t}\n}\n${own}`,
    );
  });

  test('lets nobody name another app to authentik', async () => {
    await bench.put(bench.want(['wiki', 'photos']));
    const { headers } = await bench.get(host, '/', forged);
    expect(new URL(headers['location'] ?? '').searchParams.get('client_id')).toBe(host);
    const start = '/outpost.goauthentik.io/start';
    expect((await bench.get(host, start, forged)).body).toContain(`authentik ${host}${start}\n`);
    expect((await bench.get('auth.home.example.com', '/', forged)).body).toMatch(
      /^authentik auth\.home\.example\.com\/\n/,
    );
  });

  test('would, were it not for the lines that say which host was served', async () => {
    const { text, ...want } = bench.want(['wiki', 'photos']);
    const without = text.replace(/^\s*header_up X-Forwarded-Host .*\n/gm, '');
    await bench.put({ ...want, text: without });
    const { headers } = await bench.get(host, '/', forged);
    expect(new URL(headers['location'] ?? '').searchParams.get('client_id')).toBe('photos.home.example.com');
    const start = '/outpost.goauthentik.io/start';
    expect((await bench.get(host, start, forged)).body).toContain(`authentik photos.home.example.com${start}\n`);
    expect((await bench.get('auth.home.example.com', '/', forged)).body).toContain(
      'authentik photos.home.example.com/\n',
    );
  });
});

describe('what is refused, with nothing changed', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startCaddy(docker, 'directory', own);
  });

  const site = 'reverse_proxy caddy-test-whoami:80\n';
  test.each([
    ['a Caddyfile that is broken by itself', `${own}oops {\n\tno_such_thing\n}\n`, 'caddyfile-broken', /no_such_thing/],
    ['a site for one of our names', `wiki.home.example.com {\n${site}}\n`, 'host-taken', /wiki\.home\.example\.com/],
    ['one without https', `http://wiki.home.example.com {\n${site}}\n`, 'host-taken', /wiki\.home\.example\.com/],
    [
      'one inside a site for every name',
      `*.home.example.com {\n\ttls internal\n\t@w host wiki.home.example.com\n\thandle @w {\n${site}}\n}\n`,
      'host-taken',
      /wiki\.home\.example\.com/,
    ],
    ['a snippet of our name', '(authentik) {\n\trespond "old"\n}\n', 'snippet-taken', /\(authentik\)/],
    ['a site without braces', 'http://plain.example.com\nrespond "mine"\n', 'caddyfile-no-room', /together/],
    ['an admin endpoint that is off', '{\n\tadmin off\n}\n', 'caddy-cannot-be-asked', /admin off/],
    ['a configuration that is not kept', '{\n\tpersist_config off\n}\n', 'caddy-cannot-be-asked', /persist_config/],
    [
      'a certificate that is not there',
      'https://x.example.com {\n\ttls /no/cert.pem /no/key.pem\n}\n',
      'caddyfile-broken',
      /as it is/,
    ],
  ])('%s', async (_, text, code, problem) => {
    await bench.write(text);
    const loads = await bench.loads();
    const refusal = await failure(bench.put(bench.want(['wiki'])));
    expect(refusal.code).toBe(code);
    expect(`${refusal.problem}\n${refusal.details ?? ''}`).toMatch(problem);
    expect((await bench.caddyfile()).toString()).toBe(text);
    expect(await bench.loads()).toBe(loads);
    expect(await bench.world.files.read(bench.path.replace('Caddyfile', 'homeauth.caddy'))).toBeUndefined();
  });

  test('a certificate by Cloudflare without the module for it', async () => {
    await bench.write(own);
    const want = bench.want([]);
    const modules = [{ name: 'dns.providers.cloudflare', variable: 'CLOUDFLARE_API_TOKEN' }];
    const refusal = await failure(bench.put({ ...want, modules }));
    expect([refusal.code, refusal.fix]).toEqual([
      'caddy-module-missing',
      expect.stringContaining('ghcr.io/caddybuilds/caddy-cloudflare:'),
    ]);
  });

  test('a file that an editor has replaced under its mount', async () => {
    const file = await startCaddy(docker, 'file', own);
    await writeFile(`${file.path}.new`, `${own}# edited\n`);
    await rename(`${file.path}.new`, file.path);
    const refusal = await failure(file.put(file.want(['wiki'])));
    expect([refusal.code, refusal.fix]).toEqual([
      'caddyfile-stale',
      `Restart it, so that it reads the new one: docker restart ${file.proxy}`,
    ]);
    expect((await file.caddyfile()).toString()).toBe(`${own}# edited\n`);
  });
});
