import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Fault } from './standin/index.ts';
import { provision } from './standin/provision.ts';
import { type ReadyStack, startReady } from './standin/ready.ts';

let stack: ReadyStack;
afterEach(() => stack.close());

const count = async (): Promise<number> =>
  ((await stack.api('GET', '/core/groups/?name=family')).body as { results: unknown[] }).results.length;

async function withFault(fault: Fault): Promise<ReadyStack> {
  stack = await startReady({
    fault: ({ method, path, nth }) =>
      method === 'POST' && path === '/api/v3/core/groups/' && nth === 1 ? fault : undefined,
  });
  return stack;
}

const create = () => stack.api('POST', '/core/groups/', { name: 'family' });

test.each([
  [true, 1],
  [false, 0],
])('a dropped answer, with the change kept: %s', async (commit, expected) => {
  await withFault({ kind: 'drop', commit });
  await expect(create()).rejects.toThrow();
  expect(await count()).toBe(expected);
  expect(stack.server.requests.find((one) => one.method === 'POST')?.status).toBe(0);
});

test('a crash on POST is an empty 405, and the second try works', async () => {
  await withFault({ kind: 'crash', commit: false });
  expect(await create()).toEqual({ status: 405, body: '' });
  expect((await create()).status).toBe(201);
});

test('a recycled worker is a 502 in JSON', async () => {
  await withFault({ kind: 'recycled', commit: true });
  expect(await create()).toMatchObject({ status: 502, body: { error: expect.stringContaining('connection reset') } });
  expect(await count()).toBe(1);
});

test('an answer that breaks off in the middle', async () => {
  await withFault({ kind: 'truncate' });
  await expect(create()).rejects.toThrow();
  expect(await count()).toBe(1);
});

test('a throttled request names its time', async () => {
  await withFault({ kind: 'status', status: 429, retryAfter: 2 });
  const answer = await fetch(`${stack.server.url}/api/v3/core/groups/`, { method: 'POST' });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2']);
});

test('a slow answer is late and right', async () => {
  await withFault({ kind: 'delay', ms: 120 });
  const start = Date.now();
  expect((await create()).status).toBe(201);
  expect(Date.now() - start).toBeGreaterThanOrEqual(115);
});

/** Needs a Host header of its own, which fetch would not send. */
const ask = (host: string, forwarded: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const url = `${stack.server.url}/outpost.goauthentik.io/auth/caddy`;
    request(url, { headers: { host, ...forwarded }, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

/** Whether authentik believes that the caller came by https. */
async function isSecure(): Promise<boolean> {
  const headers = { ...FORWARDED, Authorization: `Bearer ${stack.token}` };
  const answer = await fetch(`${stack.server.url}/api/v3/admin/system/`, { headers });
  return ((await answer.json()) as { http_is_secure: boolean }).http_is_secure;
}

const FORWARDED = { 'x-forwarded-host': 'app.home.example.com', 'x-forwarded-proto': 'https' };
const untrusted = { trustedProxies: ['192.0.2.0/24'] };

test('since 2026.8 forwarded headers count only from a trusted proxy', async () => {
  stack = await startReady({ ...untrusted, version: '2026.8.6' });
  await provision(stack);
  expect(await ask('elsewhere.test', FORWARDED)).toBe(404);
  expect(await ask('app.home.example.com', FORWARDED)).toBe(500);
  expect(await isSecure()).toBe(false);
  await stack.close();
  stack = await startReady({ version: '2026.8.6' });
  await provision(stack);
  expect(await ask('elsewhere.test', FORWARDED)).toBe(302);
  expect(await isSecure()).toBe(true);
});

test('before 2026.8 they always count', async () => {
  stack = await startReady({ ...untrusted, version: '2026.5.6' });
  await provision(stack);
  expect(await ask('elsewhere.test', FORWARDED)).toBe(302);
});

test('before 2024.10 there is no flow for the logout from an application, and a provider names none', async () => {
  const bootstrap = { token: 'akadminsFirstToken0123456789', password: 'AdminThrowaway1!' };
  const make = async (version: string) => {
    stack = await startReady({ version, bootstrap });
    const flows = (await stack.api('GET', '/flows/instances/')).body as { results: { pk: string; slug: string }[] };
    const slugs = flows.results.map(({ slug }) => slug);
    const [flow] = flows.results.filter(({ slug }) => slug.endsWith('explicit-consent'));
    const body = { name: 'wiki', mode: 'forward_single', external_host: 'https://a.b', authorization_flow: flow?.pk };
    const { status } = await stack.api('POST', '/providers/proxy/', body);
    return { status, hasFlow: slugs.includes('default-provider-invalidation-flow') };
  };
  expect(await make('2024.8.6')).toEqual({ status: 201, hasFlow: false });
  await stack.close();
  expect(await make('2024.10.5')).toEqual({ status: 400, hasFlow: true });
});
