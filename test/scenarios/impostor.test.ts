import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
/** What devices on the LAN were asked that call themselves as our containers are called. */
let asked: string[];
const impostor = createServer(({ url }, response) => {
  asked.push(url ?? '');
  response.writeHead(200, { 'X-Authentik-Username': 'helen' }).end('let in');
});

beforeEach(async () => {
  asked = [];
  fake = await installed(['whoami']);
  await new Promise<void>((done) => impostor.listen(0, '127.0.0.1', done));
  const { port } = impostor.address() as AddressInfo;
  const names = [...fake.docker.boxes.keys()];
  for (const name of names) fake.docker.lan.set(name, new Map([80, 5432, 6379, 9000].map((inside) => [inside, port])));
});
afterEach(async () => {
  impostor.close();
  await fake.close();
});

const box = (name: string) => fake.docker.boxes.get(name)!;
const stop = async (name: string) => {
  await box(name).running?.stop();
  box(name).running = undefined;
};
const visit = (host: string) =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const port = box('caddy').running?.ports.get(443);
    request({ host: '127.0.0.1', port, headers: { host } }, async (answer) => {
      let body = '';
      for await (const part of answer) body += part;
      resolve({ status: answer.statusCode, body });
    })
      .on('error', reject)
      .end();
  });

test('while authentik does not run, nobody who calls himself so is asked whether to let in', async () => {
  await stop('authentik');
  expect(await visit('whoami.home.example.com')).toEqual({ status: 502, body: '' });
  expect(await visit('auth.home.example.com')).toEqual({ status: 502, body: '' });
  expect(asked).toEqual([]);
});

test('an app that homeauth started is nobody else either', async () => {
  const text = (await fake.files.read('/srv/docker/caddy/etc/homeauth.caddy')) ?? '';
  expect(text).toContain('\treverse_proxy whoami.homeauth.internal.:80\n');
});

test('nor is the database anybody who calls himself so', async () => {
  const env = (await fake.files.read(at('container-vars.env'))) ?? '';
  expect(env).toContain('AUTHENTIK_POSTGRESQL__HOST=authentik-postgresql.homeauth.internal.\n');
});

test('a container that lost its name on a network gets it back without a restart', async () => {
  const server = box('authentik');
  const network = [...server.networks].at(-1)!;
  await fake.docker.disconnect('authentik', network);
  await fake.docker.connect('authentik', network, ['authentik']);
  const { running } = server;
  expect((await homeauthIn(fake)('plan')).out).toContain('not called authentik.homeauth.internal on');
  expect((await homeauthIn(fake)('apply')).code).toBe(0);
  expect(box('authentik').running).toBe(running);
  expect((await homeauthIn(fake)('plan', [], { exitCode: true })).code).toBe(0);
});
