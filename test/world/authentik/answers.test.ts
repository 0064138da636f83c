import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockAgent } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { connectAuthentik } from '../../../src/world/authentik/client.ts';
import { openConnection } from '../../../src/world/authentik/connection.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function answering(listener: RequestListener) {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  const address = async () => ({ host: '127.0.0.1', port: (listening.address() as AddressInfo).port });
  const clock = { now: () => performance.now(), sleep: async () => {} };
  const tokens = async () => ({ own: new Secret('x'.repeat(60)) });
  return { address, authentik: connectAuthentik({ address, tokens, host: 'auth.home.example.com', clock }) };
}

test.each([
  ['a billion pages', { pagination: { next: 2, total_pages: 1e9 }, results: [] }],
  ['half a page', { pagination: { next: 0, total_pages: 1.5 }, results: [] }],
  ['no pages', { results: [] }],
  ['no results', { pagination: { next: 0, total_pages: 1 } }],
  ['rows that are none', { pagination: { next: 0, total_pages: 1 }, results: [null] }],
  ['nothing', null],
])('a list that says it has %s is no list of authentik', async (_, body) => {
  const { authentik } = await answering((_request, response) => response.end(JSON.stringify(body)));
  await expect(authentik.list('core/users')).rejects.toMatchObject({ code: 'authentik-strange' });
});

test('a refusal that is nested without an end is told', async () => {
  const body = `${'{"a":'.repeat(9_000)}"x"${'}'.repeat(9_000)}`;
  const { authentik } = await answering((_request, response) => response.writeHead(400).end(body));
  await expect(authentik.get('admin/settings')).rejects.toMatchObject({ code: 'authentik-rejects' });
});

test('an answer that does not end is left off before it takes all memory', async () => {
  const megabyte = Buffer.alloc(1024 * 1024, ' ');
  let sent = 0;
  const { address } = await answering((_request, response) => {
    const more = (): void => {
      sent += 1;
      if (sent < 500) response.write(megabyte, more);
    };
    more();
  });
  const line = openConnection(address, 'auth.home.example.com', 30_000);
  await expect(line.send({ method: 'GET', path: '/' })).rejects.toThrow("authentik's answer does not end");
  expect(sent).toBeLessThan(200);
});

test.each([
  ['no connection in time', Object.assign(new Error('late'), { code: 'UND_ERR_CONNECT_TIMEOUT' }), false],
  ['a refused connection', Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' }), false],
  ['a connection that ends before the answer', Object.assign(new Error('closed'), { code: 'UND_ERR_SOCKET' }), true],
])('%s: whether the request may have arrived', async (_, error, sent) => {
  const mock = new MockAgent();
  mock.disableNetConnect();
  mock.get('http://authentik:9000').intercept({ path: '/', method: 'POST' }).replyWithError(error);
  const at = async () => ({ host: 'authentik', port: 9000 });
  const line = openConnection(at, 'auth.home.example.com', 1000, async (origin) => mock.get(origin));
  await expect(line.send({ method: 'POST', path: '/', body: '{}' })).rejects.toMatchObject({ sent });
});
