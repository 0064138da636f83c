import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { logIn } from '../../src/world/authentik/login.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';
import { type Front, openFront } from './front.ts';

let fake: FakeWorld | undefined;
let front: Front;
afterEach(async () => {
  await front.close();
  await fake?.close();
  fake = undefined;
});

test('a browser without https gets from the app to the login and back, and is known there', async () => {
  fake = fakeWorld();
  const { world, docker, files } = fake;
  const homeauth = homeauthIn(fake);
  expect(await homeauth('init', [], { ...initFlags, domain: 'home.localhost' })).toMatchObject({ code: 0 });
  expect(await homeauth('add-app', ['whoami'])).toMatchObject({ code: 0 });
  const password = (await files.read('/srv/docker/authentik/.homeauth/admin-password'))?.trim() ?? '';
  front = await openFront('home.localhost', () => docker.dialAddress('caddy', 443, 'caddy_caddynet'));

  const open = front.address('whoami.home.localhost');
  const port = Number(new URL(open).port);
  const page = await logIn({
    http: world.http,
    via: { host: '127.0.0.1', port },
    authHost: `auth.home.localhost:${port}`,
    username: 'helen',
    password: new Secret(password),
    open,
  });
  expect(page.finalUrl).toBe(open);
  expect(page.body).toMatch(/^x-authentik-username: helen$/im);
  expect(page.steps.every((step) => /^\w+ http:\/\/(auth|whoami)\.home\.localhost:\d+\//.test(step))).toBe(true);
  expect(page.steps.some((step) => step.includes('/if/flow/default-authentication-flow/'))).toBe(true);

  const stranger = await world.http.dial({ url: open, via: { host: '127.0.0.1', port } });
  expect([stranger.status, new URL(stranger.headers['location'] ?? '').host]).toEqual([
    302,
    `auth.home.localhost:${port}`,
  ]);
  expect(stranger.cookies.join()).not.toMatch(/secure|samesite=none/i);
});

test('only addresses of the domain are put into other words, there and back', async () => {
  const text =
    'https://whoami.home.localhost/x https://evilhome.localhost https://a.home.localhost.example https%3A%2F%2Fhome.localhost';
  let asked: IncomingMessage | undefined;
  const server = createServer((request, response) => {
    asked = request;
    response.writeHead(200, { 'content-type': request.url === '/json' ? 'application/json' : 'image/png' }).end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  front = await openFront('home.localhost', async () => ({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  }));
  const { port, origin } = new URL(front.address('auth.home.localhost'));
  const at = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { origin } });
  try {
    const rest = text.split(' ').slice(1);
    expect(await (await at('/json')).text()).toBe([`http://whoami.home.localhost:${port}/x`, ...rest].join(' '));
    expect(asked?.headers.origin).toBe('https://auth.home.localhost');
    expect(await (await at('/image')).text()).toBe(text);
  } finally {
    server.close();
  }
});
