import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { memoryStore, type Standin, type StandinOptions, startServer, startWorker } from './standin/index.ts';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz0123456789';
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

async function until<T>(what: () => Promise<T | undefined | false>, limit = 5000): Promise<T> {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(5)) {
    const found = await what().catch(() => undefined);
    if (found) return found;
  }
  throw new Error('waited in vain');
}

const settled = (server: Standin) =>
  until(async () => {
    const { results } = await read(server, '/managed/blueprints/?page_size=100');
    return results.length === 28 && results.every((one: { status: string }) => one.status === 'successful');
  });

test('starts in phases: 502 and 503, ready, the token, and one default object after the other', async () => {
  const server = await stack({ timings: { migrate: 500, bootstrap: 200, blueprints: 400, outpostRefresh: 30 } });
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
  const server = await stack();
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
