import { describe, expect, test } from 'vitest';
import type { App, Config } from '../../src/config/config.ts';
import { clockSkewCheck } from '../../src/doctor/machine.ts';
import { Failure } from '../../src/model/failure.ts';
import type { Finding } from '../../src/model/finding.ts';
import { Secret } from '../../src/model/secret.ts';
import { ownCaddy } from '../../src/proxy/caddy/caddy.ts';
import { proxyOf } from '../../src/proxy/choose.ts';
import { proveAuthHost, proveSecure } from '../../src/verify/auth-host.ts';
import { proveBypass } from '../../src/verify/bypass.ts';
import { proveCertificate } from '../../src/verify/certificate.ts';
import { others, proveForgery, proveStripped, spellings } from '../../src/verify/forgery.ts';
import { proveName } from '../../src/verify/name.ts';
import { proveOwnLogin } from '../../src/verify/own-login.ts';
import { proveSpelled } from '../../src/verify/past-the-login.ts';
import { findingOf, type ProbeContext } from '../../src/verify/probe.ts';
import { judgeStranger, proveStranger } from '../../src/verify/stranger.ts';
import { noAnswer } from '../../src/world/http-failures.ts';
import type { HttpAnswer, HttpRequest } from '../../src/world/world.ts';
import { dataOf } from '../words.ts';
import { answer, to } from './answers.ts';

const config = {
  domain: 'home.example.com',
  authHost: 'auth.home.example.com',
  tls: 'auto',
  apps: [] as readonly App[],
} as Config;
const wiki: App = { name: 'wiki', title: 'Wiki', host: 'wiki.home.example.com', upstream: 'wiki:8080', mode: 'app' };
const silence = (code: string) => noAnswer({ url: `https://${wiki.host}/` }, code === 'late', { code });

const copy = 'docker cp caddy:/data/caddy/pki/authorities/local/root.crt .';
const login = (host: string, base = 'https://auth.home.example.com/application/o/authorize/') =>
  to(`${base}?client_id=x&redirect_uri=${encodeURIComponent(`https://${host}/outpost.goauthentik.io/callback`)}`);
const good = login(wiki.host);

type Ask = (request: HttpRequest, n: number) => HttpAnswer | Failure;

function sceneOf(ask: Ask, more: { config?: Partial<Config>; world?: object } = {}) {
  const asked: HttpRequest[] = [];
  let now = 0;
  let serial = 0;
  const world = {
    http: {
      async dial(request: HttpRequest) {
        asked.push(request);
        const found = ask(request, asked.length);
        if (found instanceof Failure) throw found;
        return found;
      },
    },
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    },
    random: { alphanumeric: () => new Secret(`random${++serial}`) },
    ...more.world,
  };
  const via = { host: '172.20.0.2', port: 443 };
  const context = {
    world,
    config: { ...config, ...more.config },
    entrance: { log: 'docker logs --tail 50 caddy', via, authority: 'PEM', copyAuthority: copy },
  };
  return { scene: context as unknown as ProbeContext, asked, elapsed: () => now };
}

test.each<[string, Partial<App>, number | undefined, string, number]>([
  ['is waited for where homeauth restarted it', { ldap: { file: { in: 'wiki:/config' } } }, undefined, 'ok', 3],
  ['is not waited for where nothing was changed', { ldap: { file: { in: 'wiki:/config' } } }, 0, 'fail', 1],
  ['is not waited for where homeauth restarts nothing', { ldap: {} }, undefined, 'fail', 1],
])('an app with a login of its own that does not answer yet %s', async (_, more, patience, status, asks) => {
  const { scene, asked } = sceneOf((_request, n) => answer(n < 3 ? 502 : 200));
  const [found] = await proveOwnLogin(scene, { ...wiki, login: 'ldap', ...more }, patience);
  expect([found?.status, asked.length]).toEqual([status, asks]);
});

describe('a stranger', () => {
  const { scene: context } = sceneOf(() => good);
  const judge = (found: HttpAnswer | Failure, app = wiki) => judgeStranger(found, app, context);

  test('is asked for a login', () => {
    expect(judge(good)).toEqual({ is: 'right', answer: '302 → auth.home.example.com' });
    expect(judge(login(config.authHost), { ...wiki, mode: 'domain' }).is).toBe('right');
  });

  test.each<[string, HttpAnswer | Failure, RegExp]>([
    ['the app itself', answer(200, { body: 'hello' }), /^wiki answers without a login\./],
    ['nobody', answer(200, { headers: { server: 'Caddy' } }), /^Caddy has no site/],
    ['the app’s own login', to('/login'), /^wiki answers a stranger by itself/],
    ['the login of another app', login('photos.home.example.com'), /would lead back to photos\.home\.example\.com/],
    ['a login for nobody', to('https://auth.home.example.com/application/o/authorize/'), /back to nowhere/],
    [
      'a login without encryption',
      login(wiki.host, 'http://auth.home.example.com/application/o/authorize/'),
      /plain http/,
    ],
    [
      'a login elsewhere',
      login(wiki.host, 'https://auth.evil.example/application/o/authorize/'),
      /auth\.evil\.example/,
    ],
    ['an outpost without an address', login(wiki.host, 'http://localhost/application/o/authorize/'), /authentik_host/],
    ['the first-run setup', to('https://auth.home.example.com/setup'), /\/setup/],
    ['an unreadable address', to('https://['), /cannot be read/],
    ['an outpost that does not know it', answer(404), /^authentik knows no app/],
    ['a database that is down', answer(400), /database/],
    ['a missing header', answer(500, { body: 'configuration error\n' }), /which address was asked for/],
    ['a crash', answer(500), /^authentik failed/],
    ['no authentik', answer(502), /^Caddy cannot reach authentik/],
    ['a start', answer(503), /starting/],
    ['something else', answer(418), /answers 418/],
    ['no certificate yet', silence('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'), /requesting one/],
    ['silence', silence('ECONNREFUSED'), /nothing listens/],
  ])('meets %s', (_, found, cause) => {
    expect(dataOf(findingOf('stranger', 'asked', judge(found)))).toMatchObject({
      status: 'fail',
      cause: expect.stringMatching(cause),
      fix: expect.stringMatching(/./),
    });
  });

  test('meets silence, and is not sent to the doctor, who tells it', () => {
    expect(judge(silence('late'))).toMatchObject({ issue: { fix: 'docker logs --tail 50 caddy' } });
    expect(judgeStranger(silence('late'), wiki, { config, entrance: {} })).toMatchObject({
      issue: { fix: 'Look into the log of your proxy.', because: { code: 'late' } },
    });
  });

  test('is asked at Caddy, by the name of the app, with its own authority', async () => {
    const { scene: context, asked } = sceneOf(() => good);
    expect(await proveStranger(context, wiki)).toMatchObject([{ id: 'stranger', status: 'ok' }]);
    expect(asked).toEqual([
      { url: 'https://wiki.home.example.com/', via: { host: '172.20.0.2', port: 443 }, authority: 'PEM' },
    ]);
  });

  test('is waited for while the outpost has not heard, and no longer than is useful', async () => {
    const slow = sceneOf((_, n) => (n < 5 ? answer(404) : good));
    expect(await proveStranger(slow.scene, wiki)).toMatchObject([{ status: 'ok' }]);
    const never = sceneOf(() => answer(404));
    expect(await proveStranger(never.scene, wiki)).toMatchObject([{ status: 'fail', answer: '404' }]);
    expect(never.elapsed()).toBe(20_000);
    const open = sceneOf(() => answer(200, { body: 'hello' }));
    expect(await proveStranger(open.scene, wiki)).toMatchObject([{ status: 'fail' }]);
    expect(open.elapsed()).toBe(0);
  });
});

describe('a forger', () => {
  const session = new Secret('session=helen');
  const echo: Ask = ({ headers = {} }) =>
    headers['Cookie'] ? answer(200, { body: JSON.stringify({ probe: headers['X-Homeauth-Probe'] }) }) : good;

  test('is sent away in every spelling', async () => {
    const { scene: context, asked } = sceneOf(() => good);
    expect(await proveForgery(context, wiki)).toMatchObject([{ id: 'forged', status: 'ok', answer: '23 names tried' }]);
    expect(
      asked.flatMap(({ headers = {} }) => Object.keys(headers)).filter((name) => /authentik.*username/i.test(name)),
    ).toEqual([
      'X-Authentik-Username',
      'x-authentik-username',
      'X-AUTHENTIK-USERNAME',
      'X_Authentik_Username',
      'X-Authentik_Username',
      'X_Authentik-Username',
      'X.Authentik.Username',
      'X-Authentik.Username',
    ]);
  });

  test('has nothing of a session either, where the app shows what it hears', async () => {
    const { scene: context, asked } = sceneOf(echo);
    const [found] = await proveForgery(context, wiki, session);
    expect(found).toMatchObject({ status: 'ok', answer: '23 names tried, with a session too' });
    expect(asked).toHaveLength(2 * (spellings.length + 1) + 1);
    const mute = sceneOf(({ headers = {} }) => (headers['Cookie'] ? answer(200) : good));
    expect(await proveForgery(mute.scene, wiki, session)).toMatchObject([{ answer: '23 names tried' }]);
  });

  test.each<[string, Ask]>([
    ['gets in', ({ headers = {} }) => ('X.Authentik.Username' in headers ? answer(200, { body: 'hello' }) : good)],
    [
      'is believed with a session',
      ({ headers = {} }) =>
        headers['Cookie'] ? answer(200, { body: `hello ${headers['X.Authentik.Username'] ?? 'helen'}` }) : good,
    ],
  ])('%s', async (_, ask) => {
    const [found] = await proveForgery(sceneOf(ask).scene, wiki, session);
    expect(found).toMatchObject({ status: 'fail', answer: 'X.Authentik.Username' });
  });

  test.each(others)('is believed in %s', async (name) => {
    const ask: Ask = ({ headers = {} }) =>
      headers['Cookie'] ? answer(200, { body: `hello ${headers[name] ?? 'helen'}` }) : good;
    const [found] = await proveForgery(sceneOf(ask).scene, wiki, session);
    expect(found).toMatchObject({ status: 'fail', answer: name });
  });

  const photos: App = { ...wiki, name: 'photos', host: 'photos.home.example.com' };
  const believing: Ask = ({ headers = {} }) => login(headers['X-Forwarded-Host'] ?? wiki.host);
  test.each([
    [[wiki], 'auth.home.example.com'],
    [[wiki, { ...photos, mode: 'domain' as const }], 'auth.home.example.com'],
    [[wiki, photos], 'photos.home.example.com'],
  ])('names another app in front of a Caddy that believes it: %#', async (apps, named) => {
    const { scene: context } = sceneOf(believing, { config: { apps } });
    expect((await proveForgery(context, wiki)).map(dataOf)).toMatchObject([
      { id: 'forged', status: 'fail', answer: 'X-Forwarded-Host', cause: expect.stringContaining(`name ${named} to`) },
    ]);
  });

  test('names another app, and what is down then proves nothing', async () => {
    const ask: Ask = ({ headers = {} }) => (headers['X-Forwarded-Host'] ? answer(502) : good);
    expect(await proveForgery(sceneOf(ask).scene, wiki)).toMatchObject([{ id: 'forged', status: 'ok' }]);
  });

  test('is not judged where strangers are not sent to a login at all', async () => {
    expect((await proveForgery(sceneOf(() => answer(404)).scene, wiki)).map(dataOf)).toMatchObject([
      { status: 'skip', cause: 'wiki.home.example.com does not ask a stranger for a login yet.' },
    ]);
  });

  test('is not judged where some tries are not answered, and the reason is theirs', async () => {
    const ask: Ask = (_, n) => (n < 2 ? answer(503) : good);
    expect((await proveForgery(sceneOf(ask).scene, wiki)).map(dataOf)).toMatchObject([
      {
        status: 'skip',
        cause: expect.stringMatching(/^\d of 9 tries cannot be judged\. authentik is still starting\.$/),
      },
    ]);
  });
});

describe('whoever writes the address otherwise', () => {
  const hostOf = ({ headers = {}, url }: HttpRequest) => headers['Host'] ?? new URL(url).host;
  const domainLogin = login(config.authHost);
  /** As authentik looks for a host: to the letter, else by its end; what Caddy has no site for gets nothing. */
  const byLetter: Ask = (request) => {
    const host = hostOf(request);
    if (host === wiki.host) return good;
    if (host.toLowerCase().replace(/:\d+$/, '') !== wiki.host) return answer(200, { headers: { server: 'Caddy' } });
    return host.endsWith('home.example.com') ? domainLogin : answer(404);
  };

  test('meets the same login', async () => {
    const { scene: context, asked } = sceneOf(() => good);
    expect(await proveSpelled(context, wiki)).toMatchObject([{ id: 'spelled', status: 'ok', answer: '9 ways tried' }]);
    expect(asked.map((request) => [hostOf(request), request.http2 ?? false])).toEqual([
      ['WIKI.home.example.com', false],
      ['wIkI.home.example.com', false],
      ['WIKI.HOME.EXAMPLE.COM', false],
      ['wiki.home.example.com.', false],
      ['wiki.home.example.com:8443', false],
      ['wiki.home.example.com', true],
      ['WIKI.home.example.com', true],
      ['wiki.home.example.com.', true],
      ['wiki.home.example.com', false],
    ]);
    expect(asked.at(-1)?.headers).toEqual({ Connection: expect.stringMatching(/^close, X-Forwarded-Host,/) });
    expect(asked.every(({ url }) => new URL(url).host === wiki.host)).toBe(true);
  });

  test('is judged by the rules of the domain', async () => {
    expect((await proveSpelled(sceneOf(byLetter).scene, wiki)).map(dataOf)).toMatchObject([
      {
        status: 'fail',
        cause: expect.stringMatching(
          /: WIKI\.home\.example\.com, wIkI\.home\.example\.com, WIKI\.home\.example\.com by HTTP\/2\.$/,
        ),
      },
    ]);
  });

  test.each<[string, Ask]>([
    ['by HTTP/2', ({ http2 }) => (http2 ? answer(200, { body: 'hello' }) : good)],
    ['Connection', ({ headers = {} }) => (headers['Connection'] ? answer(200, { body: 'hello' }) : good)],
    ['.', (request) => (hostOf(request).endsWith('wiki.home.example.com.') ? answer(200, { body: 'hello' }) : good)],
  ])('gets in: %s', async (name, ask) => {
    const [found] = await proveSpelled(sceneOf(ask).scene, wiki);
    expect(dataOf(found)).toMatchObject({ status: 'fail', cause: expect.stringContaining(name) });
  });

  test.each<[string, Ask]>([
    ['a refusal', (request) => (hostOf(request) === wiki.host ? good : answer(421))],
    ['silence', (request) => (hostOf(request) === wiki.host ? good : silence('ECONNRESET'))],
    [
      'a site of the user’s for every other name',
      (request) => (hostOf(request) === wiki.host ? good : answer(200, { body: 'x' })),
    ],
  ])('meets %s', async (_, ask) => {
    expect(await proveSpelled(sceneOf(ask).scene, wiki)).toMatchObject([{ status: 'ok' }]);
  });

  const session = new Secret('session=helen');
  const whoami = (body: string) => answer(200, { body });
  test.each<[string, Ask, unknown]>([
    ['cannot', () => whoami('X-Authentik-Username: helen'), [{ id: 'stripped', status: 'ok' }]],
    [
      'can',
      ({ headers = {} }) => whoami(headers['Connection'] ? 'hello, guest' : 'X-Authentik-Username: helen'),
      [{ id: 'stripped', status: 'fail', answer: 'Connection' }],
    ],
    ['cannot be told, where the app does not show it,', () => whoami('hello'), []],
  ])('%s pass for a guest', async (_, ask, found) => {
    expect(await proveStripped(sceneOf(ask).scene, wiki, session)).toMatchObject(found as object[]);
  });
});

describe('authentik’s own host', () => {
  test.each<[string, Ask, string, RegExp]>([
    ['the login page', ({ url }) => (url.includes('/if/flow/') ? answer(200) : to('/if/flow/x/?next=/')), 'ok', /^$/],
    [
      'the first-run setup',
      ({ url }) => (url.endsWith('/setup') ? answer(200) : to('/setup')),
      'fail',
      /setup .*is open/,
    ],
    ['another host', () => to('https://elsewhere.example/'), 'fail', /elsewhere\.example/],
    ['no encryption', () => to('http://auth.home.example.com/'), 'fail', /http:/],
    ['circles', () => to('/'), 'fail', /in a loop/],
    ['no authentik', () => answer(502), 'fail', /cannot reach authentik/],
  ])('shows %s', async (_, ask, status, cause) => {
    const [found] = await proveAuthHost(sceneOf(ask).scene, 0);
    expect([found?.status, dataOf(found)?.cause ?? '']).toEqual([status, expect.stringMatching(cause)]);
  });

  test.each([
    [true, 'ok'],
    [false, 'fail'],
  ])('knows that it is asked over https: %s', async (secure, status) => {
    const { scene: context } = sceneOf(() => answer(200, { body: JSON.stringify({ http_is_secure: secure }) }));
    expect(await proveSecure(context, new Secret('key'), { id: 'https-seen', title: '' })).toMatchObject([{ status }]);
  });
});

test.each([
  ['knows its name', answer(200, { body: '{"http_is_secure":true,"http_host":"auth.home.example.com"}' }), 'ok'],
  ['is asked under another name', answer(200, { body: '{"http_is_secure":true,"http_host":"authentik"}' }), 'fail'],
  ['is not what answers', answer(200), 'skip'],
  ['does not take the key', answer(403), 'skip'],
])('authentik %s', async (_, found, status) => {
  expect(
    await proveSecure(sceneOf(() => found).scene, new Secret('key'), { id: 'https-seen', title: '' }),
  ).toMatchObject([{ id: 'https-seen', status }]);
});

test.each([
  [0, 'ok'],
  [29, 'ok'],
  [-31, 'warn'],
  [3600, 'warn'],
])('clocks that are %d s apart', async (seconds, status) => {
  const now = Date.UTC(2026, 10, 24);
  const date = new Date(now + seconds * 1000).toUTCString();
  const { scene: context } = sceneOf(() => answer(200, { headers: { date } }));
  expect(await clockSkewCheck({ scene: context }, { id: 'clock-skew', title: '' }, () => now)).toMatchObject([
    { id: 'clock-skew', status },
  ]);
});

describe('the rest', () => {
  test.each<[string, Ask, string, RegExp]>([
    ['everybody trusts', () => answer(302), 'ok', /^$/],
    [
      "Caddy's own authority gave",
      ({ authority }) => answer(302, authority === undefined ? { untrusted: 'SELF_SIGNED' } : {}),
      'ok',
      /docker cp caddy:\/data\/caddy\/pki\/authorities\/local\/root\.crt/,
    ],
    ['nobody trusts', () => answer(302, { untrusted: 'CERT_HAS_EXPIRED' }), 'fail', /CERT_HAS_EXPIRED/],
    ['is not there yet', () => silence('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'), 'skip', /no certificate/],
  ])('a certificate that %s', async (_, ask, status, words) => {
    const [found] = await proveCertificate(sceneOf(ask).scene, wiki.host);
    expect([found?.status, found?.answer ?? dataOf(found)?.cause ?? '']).toEqual([
      status,
      expect.stringMatching(words),
    ]);
  });

  test.each([
    ['v2.11.7', 'ok', /^$/],
    ['v2.11.4', 'warn', /reach the wrong program\. .*people see an error/],
    ['2.11.3', 'fail', /pretend to be somebody else.*CVE-2026-52845/],
    ['2.10.2', 'fail', /pretend to be somebody else.*CVE-2026-30851/],
    ['(devel)', 'skip', /./],
  ])('Caddy %s', async (version, status, cause) => {
    const docker = { container: async () => ({ environment: { CADDY_VERSION: version }, labels: {} }) };
    const [found] = await proxyOf(ownCaddy('/srv')).vulnerabilities({ docker } as never);
    expect([found?.status, dataOf(found)?.cause ?? '']).toEqual([status, expect.stringMatching(cause)]);
  });

  const host = (found: readonly string[]) => ({
    addresses: async () => [{ name: 'eno1', address: '192.168.0.4' }],
    resolve: async () => found,
  });
  test.each([
    [['192.168.0.4'], 'ok', undefined],
    [
      [],
      'warn',
      'Add to your DNS:  wiki.home.example.com  A  192.168.0.4\nor once for all:  *.home.example.com     A  192.168.0.4',
    ],
    [['203.0.113.9'], 'warn', expect.stringContaining('A  192.168.0.4')],
  ])('a name that resolves to %j', async (found, status, fix) => {
    const [finding] = await proveName(sceneOf(() => good, { world: { host: host(found) } }).scene, wiki.host);
    expect([finding?.status, dataOf(finding)?.fix]).toEqual([status, fix]);
  });

  const container = { name: 'wiki', running: true, networks: ['caddy_caddynet'], labels: {}, ports: [] as object[] };
  const around = async (containers: readonly object[], more: Partial<Config> = {}) => {
    const world = { docker: { containers: async () => containers }, host: host([]) };
    return (await proveBypass(sceneOf(() => answer(308), { world, config: more }).scene, wiki)).map(dataOf);
  };
  test('an app that answers over plain http', async () => {
    const world = { docker: { containers: async () => [container] } };
    const { scene: context, asked } = sceneOf(() => answer(200, { body: 'hello' }), { world });
    expect((await proveBypass(context, wiki)).at(-1)).toMatchObject({ id: 'bypass-http', status: 'fail' });
    expect(asked).toEqual([{ url: 'http://wiki.home.example.com/', via: { host: '172.20.0.2', port: 80 } }]);
  });

  test('a way around the login', async () => {
    const port = (address: string, inside = 8080) => ({ ...container, ports: [{ address, port: 8010, inside }] });
    expect(await around([container])).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
    expect(await around([port('127.0.0.1')])).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
    expect(await around([port('0.0.0.0', 9999)])).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
    const cause = (address: string) =>
      `wiki answers on ${address}:8010 without a login. The container publishes that port.`;
    expect((await around([port('0.0.0.0')]))[1]).toMatchObject({ status: 'warn', cause: cause('192.168.0.4') });
    expect((await around([port('::')], { lanAddress: '10.0.0.9' }))[1]).toMatchObject({ cause: cause('10.0.0.9') });
    expect((await around([port('10.0.0.7')]))[1]).toMatchObject({ cause: cause('10.0.0.7') });
  });

  test('an app that Caddy cannot reach', async () => {
    expect((await around([{ ...container, running: false }]))[0]).toMatchObject({
      status: 'fail',
      fix: 'docker start wiki',
    });
    expect((await around([{ ...container, networks: ['web'] }]))[0]).toMatchObject({ status: 'fail' });
    expect((await around([]))[0]).toMatchObject({ id: 'bypass-port', status: 'skip' });
    const service = { ...container, name: 'wiki-web-1', labels: { 'com.docker.compose.service': 'wiki' } };
    expect(await around([service])).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
  });

  test('an app whose name anybody in the LAN could take', async () => {
    const named = (upstream: string, containers: readonly object[], more: object = {}) => {
      const docker = { containers: async () => containers, network: async () => undefined };
      const world = { docker, host: host([]) };
      return proveBypass(sceneOf(() => answer(308), { world }).scene, { ...wiki, upstream, ...more });
    };
    const warning = (found: readonly Finding[]) => dataOf(found.find(({ id }) => id === 'upstream-name'));
    const stopped = [{ ...container, running: false }];
    const inner = 'wiki.caddy_caddynet:8080';
    expect(warning(await named('wiki:8080', stopped))).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining(inner),
    });
    expect(warning(await named('nas:8080', []))).toMatchObject({ status: 'warn', fix: expect.stringContaining('nas') });
    expect(warning(await named('wiki:8080', [container]))).toBeUndefined();
    expect(warning(await named(inner, stopped))).toBeUndefined();
    expect(warning(await named('wiki:8080', stopped, { container: { image: 'i' } }))).toBeUndefined();
    for (const elsewhere of ['192.168.0.9:80', '[fd00::5]:80', 'nas.lan:80']) {
      expect(warning(await named(elsewhere, []))).toBeUndefined();
    }
    expect(await named(inner, [container])).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
  });

  test('no way in', async () => {
    const docker = (details: object | undefined) => ({
      docker: { container: async () => details, dialAddress: async () => undefined, readFile: async () => undefined },
    });
    const look = async (details: object | undefined) =>
      dataOf((await proxyOf(ownCaddy('/srv')).entrance(docker(details) as never)) as Finding);
    expect(await look(undefined)).toMatchObject({ status: 'fail', fix: 'homeauth apply' });
    expect(await look({ running: false })).toMatchObject({ status: 'fail', fix: 'docker start caddy' });
    expect(await look({ running: true, command: 'caddy run', networks: [], environment: {} })).toMatchObject({
      fix: 'docker network connect caddy_caddynet caddy',
    });
    expect(await proxyOf({ is: 'manual' }).entrance(docker(undefined) as never)).toEqual({});
  });
});
