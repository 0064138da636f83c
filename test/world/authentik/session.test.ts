import { afterEach, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { openSession } from '../../../src/world/authentik/session.ts';
import { ownHttp } from '../../../src/world/http.ts';
import { type ReadyStack, startReady } from '../../standin/ready.ts';

let stack: ReadyStack;
afterEach(() => stack.close());

test.each(['2026.8.6', '2026.5.8'])('somebody logs in at a server that takes us for no proxy: %s', async (version) => {
  stack = await startReady({ version, trustedProxies: ['192.0.2.0/24'] });
  const made = await stack.api('POST', '/core/users/', { username: 'anna', name: 'Anna', path: 'users' });
  const { pk } = made.body as { pk: number };
  await stack.api('POST', `/core/users/${pk}/set_password/`, { password: 'kettle lantern orbit' });
  const { hostname, port } = new URL(stack.server.url);
  const session = await openSession({
    http: ownHttp,
    server: { host: hostname, port: Number(port) },
    authHost: 'auth.home.example.com',
    username: 'anna',
    password: new Secret('kettle lantern orbit'),
  });
  expect(await session.leave()).toBe(true);
});
