import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { compiledTemplates } from '../../src/formats/template.ts';
import { Secret } from '../../src/model/secret.ts';
import { manualTexts } from '../../src/proxy/manual-texts.ts';
import { proveAuthHost } from '../../src/verify/auth-host.ts';
import type { ProbeContext } from '../../src/verify/probe.ts';
import { verifyApp } from '../../src/verify/verify-app.ts';
import { ownHttp } from '../../src/world/http.ts';
import { packagedTemplates } from '../../src/world/templates.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';
import { dataOf } from '../words.ts';
import { type ForOne, nginx } from './nginx.ts';
import { fileOfTraefik, hasTraefik, labelOfTraefik, traefik } from './traefik.ts';

const domain = 'home.example.com';
let fake: FakeWorld;
let config: Config;
let texts: Readonly<Record<string, string>>;
/** Shows its headers as whoami does, and opens a tunnel where it is asked for one. */
const app = createServer((request, answer) => {
  const lines = [];
  for (let n = 0; n < request.rawHeaders.length; n += 2)
    lines.push(`${request.rawHeaders[n]}: ${request.rawHeaders[n + 1]}`);
  answer.end(`GET ${request.url}\n${lines.join('\n')}\n`);
}).on('upgrade', (request, socket) => {
  socket.end(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\nConnection: upgrade\r\n\r\nhi`,
  );
});

beforeAll(async () => {
  fake = await installed(['whoami']);
  await homeauthIn(fake)('add-app', ['other'], { upstream: 'whoami:80' });
  const { config: written } = parseConfig((await fake.files.read(at('homeauth.yaml'))) ?? '', 'homeauth.yaml');
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  const upstream = `127.0.0.1:${(app.address() as AddressInfo).port}`;
  const site = { identityHeaders: { 'Remote-User': 'username' as const } };
  const apps = written.apps.map(({ container: _, ...one }) => ({ ...one, upstream, openPaths: ['/share/*'], site }));
  config = { ...written, proxy: 'manual', apps };
  const server = (await fake.docker.dialAddress('authentik', 9000))!;
  texts = manualTexts(config, await compiledTemplates(packagedTemplates)(), `${server.host}:${server.port}`);
});
afterAll(async () => {
  app.close();
  await fake.close();
});

/** Nginx Proxy Manager puts each text into a server of its own. */
function proxyManager(text: string): string {
  const [, auth = '', ...apps] = text.split(/^# --- /m);
  const server = (part: string, inside: string) =>
    `server {\nlisten 443 ssl;\nserver_name ${part.split(':')[0]};\n${inside}\n}\n`;
  const [, host, port] = /forward to (\S+), port (\d+)/.exec(auth) ?? [];
  const plain = `location / { proxy_pass http://${host}:${port}; proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https; }`;
  return [server(auth, plain), ...apps.map((part) => server(part, part.replace(/^.*\n/, '')))].join('');
}

const start: Readonly<Record<string, (text: string) => Promise<ForOne>>> = {
  'nginx.conf': (text) => nginx(text, domain),
  'nginx-proxy-manager.conf': (text) => nginx(proxyManager(text), domain),
  ...(hasTraefik && { 'traefik.yml': (text: string) => traefik(text, domain) }),
};

describe.each(Object.keys(start))('%s in a real server of its kind', (name) => {
  let real: ForOne;
  let scene: ProbeContext;
  beforeAll(async () => {
    real = await start[name]!(texts[name] ?? '');
    const { via, authority } = real;
    scene = { world: { ...fake.world, http: ownHttp }, config, entrance: { via, authority } } as ProbeContext;
  });
  afterAll(() => real.stop());

  test('is proven as a Caddy is: strangers, forgers, the owner, open paths, other spellings', async () => {
    const password = new Secret(((await fake.files.read(at('.homeauth/admin-password'))) ?? '').trim());
    const owner = { username: 'helen', password, groups: [] };
    expect((await proveAuthHost(scene)).map(dataOf)).toMatchObject([{ status: 'ok' }]);
    const found = await verifyApp(scene, config.apps[0]!, { owner, patience: 0 });
    const told = Object.fromEntries(found.map((one) => [one.id, [one.status, dataOf(one)?.cause ?? '']]));
    expect(told).toMatchObject({
      stranger: ['ok', ''],
      forged: ['ok', ''],
      stripped: ['ok', ''],
      owner: ['ok', ''],
      // Traefik asks the app for another path than the visitor did, and homeauth does not see that.
      'open-paths': name === 'traefik.yml' ? ['warn', expect.stringContaining('//share/')] : ['ok', ''],
      spelled: ['ok', ''],
    });
  });

  test('no other spelling of what is open reaches the app', async () => {
    const { via, authority } = real;
    const spelled = ['//share/x', '/share//x', '/share/.%00/x', '/share/..%2fx', '/share/a;/x', '/share/%5cx'];
    for (const path of spelled) {
      const { status, body } = await ownHttp.dial({ url: `https://whoami.${domain}${path}`, via, authority });
      // What the app was asked: the open path itself, or nothing.
      expect(status === 200 ? body.split('\n')[0] : 'GET /share/x', path).toBe('GET /share/x');
    }
  });

  test('a tunnel is for WebSockets alone', async () => {
    const upgrade = (protocol: string) =>
      new Promise<string>((done) => {
        const { host, port } = real.via;
        const socket = connect({ host, port, servername: `whoami.${domain}`, ca: real.authority }, () =>
          socket.write(
            `GET /share/x HTTP/1.1\r\nHost: whoami.${domain}\r\nUpgrade: ${protocol}\r\nConnection: Upgrade\r\n\r\n`,
          ),
        );
        socket.once('data', (data) => {
          done(data.toString().split('\r\n')[0]!);
          socket.destroy();
        });
      });
    expect(await upgrade('WebSocket')).toContain('101');
    expect(await upgrade('h2c')).toContain('200');
  });
});

test.each(Object.keys(start))(
  '%s leads to an app with a login of its own at once, and says nothing of who comes',
  async (name) => {
    const lines = 'login: oidc, oidc: { redirect-uris: [{ url: "https://{host}/cb" }] }';
    const head =
      'domain: home.example.com\nbase-dir: /srv\nproxy: manual\nadmin: { username: helen, email: helen@example.com }\n';
    const upstream = config.apps[0]!.upstream!;
    const file = `${head}authentik: { version: 2026.8.6 }\napps: [{ name: speaks, upstream: "${upstream}", ${lines} }]\n`;
    const { config: speaking } = parseConfig(file, 'homeauth.yaml');
    const all = manualTexts(speaking, await compiledTemplates(packagedTemplates)(), '127.0.0.1:9');
    const text = all[name] ?? '';
    expect(text).not.toMatch(
      /auth_request \/|\/outpost\.goauthentik\.io\/auth\/nginx|speaks-outpost|, homeauth-login\]/,
    );
    // As the text for Traefik advises: without it, the last one of these names passes there.
    const advised = ['--entrypoints.websecure.http.aliasheadersstrategy=delete'];
    const real = await (name === 'traefik.yml' ? traefik(text, domain, advised) : start[name]!(text));
    onTestFinished(() => real.stop());
    const headers = { 'X-Authentik-Username': 'forged', 'Remote-User': 'forged', X_Authentik_Username: 'forged' };
    const { via, authority } = real;
    const answer = await ownHttp.dial({ url: `https://speaks.${domain}/x`, via, authority, headers });
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('GET /x')]);
    expect(answer.body).not.toContain('forged');
    expect(all['traefik.yml']).not.toMatch(/speaks-outpost|, homeauth-login\]/);
  },
);

test('nginx lets nobody in whom authentik let in for another app', async () => {
  const [first] = config.apps;
  const other = { ...config, apps: [{ ...first!, name: 'another' }] };
  const server = (await fake.docker.dialAddress('authentik', 9000))!;
  const all = manualTexts(other, await compiledTemplates(packagedTemplates)(), `${server.host}:${server.port}`);
  const real = await nginx(all['nginx.conf'] ?? '', domain);
  onTestFinished(() => real.stop());
  const { via, authority } = real;
  const scene = { world: { ...fake.world, http: ownHttp }, config, entrance: { via, authority } } as ProbeContext;
  const password = new Secret(((await fake.files.read(at('.homeauth/admin-password'))) ?? '').trim());
  const owner = { username: 'helen', password, groups: [] };
  const found = await verifyApp(scene, first!, { owner, patience: 0 });
  expect(found.find(({ id }) => id === 'owner')).toMatchObject({ status: 'fail', answer: '502' });
});

describe('where TLS ends before the proxy', () => {
  const tunnel = '127.0.0.2';
  const textsThen = async () => {
    const server = (await fake.docker.dialAddress('authentik', 9000))!;
    const templates = await compiledTemplates(packagedTemplates)();
    return manualTexts(config, templates, `${server.host}:${server.port}`, { from: [`${tunnel}/32`], containers: [] });
  };

  test('nginx serves what ends TLS, and nobody else', async () => {
    const real = await nginx((await textsThen())['nginx.conf'] ?? '', domain);
    onTestFinished(() => real.stop());
    const ask = (localAddress: string, path: string, headers: Record<string, string> = {}) =>
      new Promise<{ status: number; location: string | undefined; body: string }>((done, fail) => {
        const to = { ...real.via, localAddress, path, headers: { host: `whoami.${domain}`, ...headers } };
        request(to, async (answer) => {
          let body = '';
          for await (const part of answer) body += part;
          done({ status: answer.statusCode ?? 0, location: answer.headers.location, body });
        })
          .on('error', fail)
          .end();
      });
    const https = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9, 198.51.100.7' };
    const stranger = await ask(tunnel, '/x', https);
    expect(stranger).toMatchObject({ status: 302, location: expect.stringContaining(`https://auth.${domain}/`) });
    const open = await ask(tunnel, '/share/x', https);
    expect(open.body).toContain('X-Forwarded-For: 198.51.100.7\n');
    expect(open.body).toContain('X-Forwarded-Proto: https\n');
    // Some ends of TLS say nothing of the visitor.
    expect((await ask(tunnel, '/share/x')).body).toContain(`X-Forwarded-For: ${tunnel}\n`);
    expect(await ask(tunnel, '/x?y', { 'X-Forwarded-Proto': 'http' })).toMatchObject({
      status: 308,
      location: `https://whoami.${domain}/x?y`,
    });
    for (const path of ['/x', '/share/x', '/outpost.goauthentik.io/ping'])
      expect((await ask('127.0.0.3', path, https)).status, path).toBe(421);
    expect((await ask('127.0.0.3', '/', { ...https, host: `auth.${domain}` })).status).toBe(421);
  });

  test('there is no text for those that cannot tell who asks', async () => {
    expect(Object.keys(await textsThen())).toEqual(['homeauth.caddy', 'nginx.conf']);
  });
});

describe('for Traefik', () => {
  type Routers = Readonly<Record<string, { rule: string; priority?: number; middlewares: string[]; service: string }>>;
  const file = () =>
    parse(texts['traefik.yml'] ?? '') as {
      http: { routers: Routers; middlewares: Record<string, object>; services: Record<string, object> };
    };

  test('it takes every key and every label', () => {
    expect(fileOfTraefik.safeParse(file()).error).toBeUndefined();
    const labels = parse(texts['traefik-labels.yml'] ?? '').services.whoami.labels as Record<string, string>;
    for (const label of Object.keys(labels)) expect(label).toMatch(labelOfTraefik);
  });

  test('every router leads through what there is, and an app through the login', () => {
    const { routers, middlewares, services } = file().http;
    for (const [name, router] of Object.entries(routers)) {
      expect(
        router.middlewares.filter((one) => !(one in middlewares)),
        name,
      ).toEqual([]);
      expect(Object.keys(services)).toContain(router.service);
    }
    expect(routers['homeauth-whoami']).toMatchObject({
      rule: 'Host(`whoami.home.example.com`)',
      middlewares: ['homeauth-host-whoami', 'homeauth-visitor', 'homeauth-login'],
    });
    expect(middlewares['homeauth-host-whoami']).toEqual({
      headers: { customRequestHeaders: { Host: 'whoami.home.example.com' } },
    });
  });

  test('what is open is no more than the paths, and stands before the login', () => {
    const { routers } = file().http;
    const open = routers['homeauth-whoami-open'];
    expect(open?.priority).toBeGreaterThan(routers['homeauth-whoami']?.priority ?? 0);
    expect(open?.rule).toBe(
      'Host(`whoami.home.example.com`) && (PathPrefix(`/share/`)) && !PathRegexp(`[.][.]|//|[;%]|[\\\\]|[[:cntrl:]]`)',
    );
  });

  test('what a visitor says of themselves goes, in any spelling', () => {
    const { forwardAuth } = file().http.middlewares['homeauth-login'] as {
      forwardAuth: { authResponseHeadersRegex: string; trustForwardHeader: boolean };
    };
    expect(forwardAuth.trustForwardHeader).toBe(false);
    const names = new RegExp(forwardAuth.authResponseHeadersRegex.replace('(?i)', ''), 'i');
    for (const forged of [
      'X-Authentik-Username',
      'X_authentik_username',
      'X.authentik.name',
      'Remote-User',
      'X-Auth-Request-User',
    ])
      expect(names.test(forged), forged).toBe(true);
    for (const plain of ['Cookie', 'X-Forwarded-For', 'X-Forwarded-Host', 'Authorization', 'Accept'])
      expect(names.test(plain), plain).toBe(false);
  });

  test('labels name what is in the file', () => {
    const { middlewares } = file().http;
    const labels = parse(texts['traefik-labels.yml'] ?? '').services.whoami.labels as Record<string, string>;
    const named = labels['traefik.http.routers.whoami.middlewares']!.split(',');
    expect(named).toHaveLength(3);
    for (const name of named) expect(Object.keys(middlewares).map((one) => `${one}@file`)).toContain(name);
  });

  test.runIf(hasTraefik)('labels lead through the login in a real Traefik, which reads them from Docker', async () => {
    const text = parse(texts['traefik.yml'] ?? '');
    // What the labels are for is not in the file.
    delete text.http.routers['homeauth-whoami'];
    delete text.http.services['homeauth-whoami'];
    delete text.http.routers['homeauth-whoami-open'];
    const { labels } = parse(texts['traefik-labels.yml'] ?? '').services.whoami;
    const docker = await dockerWith('whoami', labels);
    onTestFinished(() => void docker.close());
    const { port } = docker.address() as AddressInfo;
    const real = await traefik(JSON.stringify(text), domain, [
      `--providers.docker.endpoint=tcp://127.0.0.1:${port}`,
      '--providers.docker.exposedbydefault=false',
    ]);
    onTestFinished(() => real.stop());
    const { via, authority } = real;
    const ask = () => ownHttp.dial({ url: `https://whoami.${domain}/x`, via, authority });
    await expect.poll(() => ask().then(({ status }) => status), { timeout: 30_000 }).toBe(302);
    expect((await ask()).headers['location']).toContain(`https://auth.${domain}/application/o/authorize/`);
    const scene = { world: { ...fake.world, http: ownHttp }, config, entrance: { via, authority } } as ProbeContext;
    const password = new Secret(((await fake.files.read(at('.homeauth/admin-password'))) ?? '').trim());
    const app = { ...config.apps[0]!, openPaths: [] };
    const found = await verifyApp(scene, app, { owner: { username: 'helen', password, groups: [] }, patience: 0 });
    expect(Object.fromEntries(found.map(({ id, status }) => [id, status]))).toMatchObject({
      stranger: 'ok',
      forged: 'ok',
      owner: 'ok',
    });
    expect(real.complaints()).not.toContain('ERR');
  });
});

/** As much of a Docker Engine as Traefik asks: one container with these labels, at this machine's own address. */
async function dockerWith(name: string, labels: Readonly<Record<string, string>>) {
  const networks = { Networks: { caddy_caddynet: { IPAddress: '127.0.0.1' } }, Ports: {} };
  const about = { Id: name, NetworkSettings: networks, HostConfig: { NetworkMode: 'caddy_caddynet' } };
  const answers: Readonly<Record<string, unknown>> = {
    version: { ApiVersion: '1.44', MinAPIVersion: '1.24', Version: '28.0.0' },
    'containers/json': [{ ...about, Names: [`/${name}`], Labels: labels, State: 'running' }],
    [`containers/${name}/json`]: {
      ...about,
      Name: `/${name}`,
      State: { Status: 'running', Running: true },
      Config: { Labels: labels },
    },
  };
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('Api-Version', '1.44').setHeader('Content-Type', 'application/json');
    const path = url.replace(/^\/(v[\d.]+\/)?/, '').replace(/\?.*/, '');
    if (path === 'events') return response.flushHeaders();
    response.end(path === '_ping' ? 'OK' : JSON.stringify(answers[path] ?? []));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
