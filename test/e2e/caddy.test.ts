import { rename, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { spellings } from '../../src/procedures/proof/forgery.ts';
import type { Engine } from '../machine/engine.ts';
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
    expect((await bench.get('auth.home.example.com')).body).toBe('authentik auth.home.example.com/\n');
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

  test('goes back, too, when Caddy cannot even load that any more', async () => {
    // Valid, and yet nothing that can be served: the address is nobody's.
    await bench.write('http://plain.example.com {\n\tbind 203.0.113.1\n\trespond "mine"\n}\n');
    const before = await bench.caddyfile();
    const { code, why, details } = await failure(bench.put(bench.want(['wiki'])));
    expect([code, why]).toEqual(['caddy-refused', expect.stringContaining('loaded last')]);
    expect(details).toMatch(/cannot assign requested address/);
    expect((await bench.caddyfile()).equals(before)).toBe(true);
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
    expect((await bench.get(host, '/open')).status).toBe(200);
    expect((await bench.get(host, '/a/../b?c=d')).status).toBe(302);
  });

  test('the app hears of who is logged in, and of nothing else', async () => {
    const { body } = await bench.get(host, '/', helen);
    expect(body).toContain('X-Authentik-Username: helen\n');
    expect(body).not.toContain('X-Authentik-Groups');
  });

  const names = [...spellings.map((spell) => spell('Username')), ...spellings.map((spell) => spell('Groups'))];
  test.each([...names, 'X-Authentik-Is-Superuser', 'X-Authentik-Meta-App'])('%s is not forged', async (name) => {
    for (const path of ['/', '/open']) {
      for (const session of [{}, helen]) {
        const answer = await bench.get(host, path, { ...session, [name]: 'forged' });
        expect(answer.status).toBe(path === '/' && !('Cookie' in session) ? 302 : 200);
        expect(answer.body).not.toContain('forged');
      }
    }
  });

  test.each([
    ['X-Forwarded-Host', 'photos.home.example.com'],
    ['X-Forwarded-Uri', '/open'],
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
    expect(body).toBe(`authentik ${host}/outpost.goauthentik.io/callback?code=1\n`);
  });
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
    expect((await bench.get(host, start, forged)).body).toBe(`authentik ${host}${start}\n`);
    expect((await bench.get('auth.home.example.com', '/', forged)).body).toBe('authentik auth.home.example.com/\n');
  });

  test('would, were it not for the lines that say which host was served', async () => {
    const { text, ...want } = bench.want(['wiki', 'photos']);
    const without = text.replace(/^\s*header_up X-Forwarded-Host .*\n/gm, '');
    await bench.put({ ...want, text: without });
    const { headers } = await bench.get(host, '/', forged);
    expect(new URL(headers['location'] ?? '').searchParams.get('client_id')).toBe('photos.home.example.com');
    const start = '/outpost.goauthentik.io/start';
    expect((await bench.get(host, start, forged)).body).toBe(`authentik photos.home.example.com${start}\n`);
    expect((await bench.get('auth.home.example.com', '/', forged)).body).toBe('authentik photos.home.example.com/\n');
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
    const text = want.text.replace('tls internal', 'tls {\n\t\tdns cloudflare {env.CLOUDFLARE_API_TOKEN}\n\t}');
    const refusal = await failure(bench.put({ ...want, text }));
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
      `Let it see the new one: docker restart ${file.proxy}`,
    ]);
    expect((await file.caddyfile()).toString()).toBe(`${own}# edited\n`);
  });
});
