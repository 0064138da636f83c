import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { memoryStore, type Standin, type StandinOptions, startServer, startWorker } from './standin/index.ts';
import { until } from './until.ts';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz0123456789';
const QUICK = { migrate: 10, bootstrap: 10, blueprints: 30, outpostRefresh: 30 };
const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function stack(options: Partial<StandinOptions> = {}): Promise<Standin> {
  const common: StandinOptions = {
    secretKey: 'k'.repeat(50),
    store: memoryStore(),
    timings: { migrate: 30, bootstrap: 10, blueprints: 60, outpostRefresh: 30 },
    ...options,
  };
  const server = await startServer(common);
  const worker = await startWorker({ ...common, bootstrap: { token: TOKEN } });
  running.push(server, worker);
  return server;
}

const api = (server: Standin, path: string, method = 'GET', body?: unknown) =>
  fetch(`${server.url}/api/v3${path}`, {
    method,
    headers: { Accept: 'application/json', Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely here
const read = async (server: Standin, path: string, method = 'GET', body?: unknown): Promise<any> =>
  (await api(server, path, method, body)).json();

const settled = (server: Standin) =>
  until(async () => {
    const { results } = await read(server, '/managed/blueprints/?page_size=100');
    return results.length === 28 && results.every((one: { status: string }) => one.status === 'successful');
  });

test('starts in phases: 502 and 503, ready, the token, and one default object after the other', async () => {
  const server = await stack({ timings: { migrate: 1000, bootstrap: 800, blueprints: 1500, outpostRefresh: 30 } });
  expect((await fetch(`${server.url}/-/health/live/`)).status).toBe(502);
  const early = await api(server, '/root/config/');
  expect([early.status, early.headers.get('retry-after'), await early.text()]).toEqual([
    503,
    '5',
    '{"error":"authentik starting"}\n',
  ]);
  await until(async () => (await fetch(`${server.url}/-/health/ready/`)).status === 200);
  expect((await api(server, '/core/users/me/')).status).toBe(403);
  await until(async () => (await api(server, '/core/users/me/')).status === 200);
  expect((await read(server, '/flows/instances/')).pagination.count).toBeLessThan(14);
  await settled(server);
  expect((await read(server, '/flows/instances/')).pagination.count).toBe(14);
  expect((await read(server, '/propertymappings/provider/scope/')).pagination.count).toBe(7);
});

test('serves a provisioned application to strangers after the worker has told the outpost', async () => {
  const server = await stack({ timings: { ...QUICK, outpostRefresh: 400 } });
  await until(async () => (await api(server, '/core/users/me/')).status === 200);
  await settled(server);
  const flow = async (slug: string) => (await read(server, `/flows/instances/${slug}/`)).pk;
  const provider = await read(server, '/providers/proxy/', 'POST', {
    name: 'Home forward auth',
    authorization_flow: await flow('default-provider-authorization-explicit-consent'),
    invalidation_flow: await flow('default-provider-invalidation-flow'),
    mode: 'forward_domain',
    external_host: 'https://auth.home.example.com',
    cookie_domain: 'home.example.com',
  });
  expect(provider.property_mappings).toHaveLength(5);
  await read(server, '/core/applications/', 'POST', { name: 'Home', slug: 'home', provider: provider.pk });
  const [outpost] = (await read(server, '/outposts/instances/')).results;
  await read(server, `/outposts/instances/${outpost.pk}/`, 'PATCH', {
    providers: [provider.pk],
    config: { ...outpost.config, authentik_host: 'https://auth.home.example.com' },
  });
  const ask = () =>
    fetch(`${server.url}/outpost.goauthentik.io/auth/caddy`, {
      redirect: 'manual',
      headers: { 'X-Forwarded-Host': 'app.home.example.com', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Uri': '/x' },
    });
  expect((await ask()).status).toBe(404);
  const sent = await until(async () => {
    const answer = await ask();
    return answer.status === 302 && answer;
  });
  expect(sent.headers.get('location')).toMatch(/^https:\/\/auth\.home\.example\.com\/application\/o\/authorize\/\?/);
});

test('attaches to a provider only the scope mappings that exist at that moment', async () => {
  const server = await stack({ timings: { migrate: 10, bootstrap: 10, blueprints: 2000, outpostRefresh: 30 } });
  const consent = 'default-provider-authorization-explicit-consent';
  const flow = await until(async () => {
    const { results } = await read(server, `/flows/instances/?slug=${consent}`);
    return results[0];
  });
  const out = await read(server, '/flows/instances/default-provider-invalidation-flow/');
  const provider = await read(server, '/providers/proxy/', 'POST', {
    name: 'early',
    authorization_flow: flow.pk,
    invalidation_flow: out.pk,
    mode: 'forward_single',
    external_host: 'https://early.home.example.com',
  });
  expect(provider.property_mappings).toHaveLength(1);
  await settled(server);
  const healed = await read(server, `/providers/proxy/${provider.pk}/`, 'PATCH', {});
  expect(healed.property_mappings).toHaveLength(5);
});

test('has a blueprint in error for a while, which heals by itself', async () => {
  const server = await stack({ timings: { migrate: 10, bootstrap: 10, blueprints: 1000, outpostRefresh: 30 } });
  const status = async () => {
    const { results } = await read(server, '/managed/blueprints/?path=default/flow-oobe.yaml');
    return results[0]?.status;
  };
  await until(async () => (await status()) === 'error');
  await until(async () => (await status()) === 'successful');
});

test.each([
  ['2025.8.6', { server: 403, worker: 200 }],
  ['2025.6.4', { server: 200, worker: 403 }],
  ['2026.8.6', { server: 200, worker: 200 }],
] as const)('%s reads the bootstrap variables where that release does', async (version, expected) => {
  for (const place of ['server', 'worker'] as const) {
    const common = { secretKey: 'k'.repeat(50), store: memoryStore(), version, timings: QUICK };
    const bootstrap = { bootstrap: { token: TOKEN } };
    const server = await startServer({ ...common, ...(place === 'server' ? bootstrap : {}) });
    running.push(server, await startWorker({ ...common, ...(place === 'worker' ? bootstrap : {}) }));
    await until(async () => (await common.store.read())?.blueprints.every((one) => one.status === 'successful'));
    await sleep(30);
    expect((await api(server, '/core/users/me/')).status).toBe(expected[place]);
  }
});

test('an empty authentik_host sends strangers to localhost', async () => {
  const server = await stack();
  await settled(server);
  const flow = async (slug: string) => (await read(server, `/flows/instances/${slug}/`)).pk;
  await read(server, '/core/transactional/applications/', 'PUT', {
    app: { name: 'App', slug: 'app' },
    provider_model: 'authentik_providers_proxy.proxyprovider',
    provider: {
      name: 'App',
      authorization_flow: await flow('default-provider-authorization-implicit-consent'),
      invalidation_flow: await flow('default-provider-invalidation-flow'),
      mode: 'forward_single',
      external_host: 'https://app.home.example.com',
    },
  });
  const provider = (await read(server, '/providers/proxy/?name__iexact=app')).results[0];
  const outpost = (await read(server, '/outposts/instances/')).results[0];
  await read(server, `/outposts/instances/${outpost.pk}/`, 'PATCH', { providers: [provider.pk] });
  const headers = { 'X-Forwarded-Host': 'app.home.example.com', 'X-Forwarded-Proto': 'https' };
  const url = `${server.url}/outpost.goauthentik.io/auth/caddy`;
  const location = await until(async () => {
    const answer = await fetch(url, { headers, redirect: 'manual' });
    return answer.headers.get('location') ?? undefined;
  });
  expect(location).toMatch(/^http:\/\/localhost\/application\/o\/authorize\//);
});
