import { expect, test } from 'vitest';
import { ownCaddy } from '../../src/proxy/caddy/caddy.ts';
import { everywhere } from '../../src/proxy/caddy/listeners.ts';
import { proxyOf } from '../../src/proxy/choose.ts';
import type { ProxyFacts } from '../../src/proxy/proxy.ts';
import type { World } from '../../src/world/world.ts';
import { dataOf } from '../words.ts';

const caddyfile = { inside: '/etc/caddy/Caddyfile', outside: '/opt/Caddyfile' };
const theirs = (...networks: string[]) =>
  ({ is: 'caddy', own: false, container: 'front', networks, caddyfile, how: 'import', listeners: everywhere }) as const;

async function told(proxy: ProxyFacts, on: Readonly<Record<string, readonly string[]>>) {
  const containers = async () => Object.entries(on).map(([name, networks]) => ({ name, networks }));
  const [finding] = await proxyOf(proxy).peers({ docker: { containers } } as unknown as World);
  return dataOf(finding);
}

test('nobody where Caddy and authentik are alone', async () => {
  const alone = { authentik: ['authentik_proxy'], caddy: ['authentik_proxy', 'caddy_caddynet'] };
  expect(await told(ownCaddy('/srv'), { ...alone, wiki: ['caddy_caddynet'] })).toMatchObject({ status: 'ok' });
  const moved = { authentik: ['authentik_proxy'], front: ['authentik_proxy'], wiki: ['caddy_caddynet'] };
  expect(await told(theirs('caddy_caddynet', 'authentik_proxy'), moved)).toMatchObject({ status: 'ok' });
  expect(await told(theirs('caddy_caddynet'), { front: ['caddy_caddynet'] })).toMatchObject({ status: 'ok' });
});

test('a container that joined the two', async () => {
  expect(await told(ownCaddy('/srv'), { nosy: ['authentik_proxy'] })).toMatchObject({
    status: 'warn',
    cause: expect.stringContaining('nosy'),
    fix: expect.stringContaining('docker network disconnect authentik_proxy nosy'),
  });
});

test('apps, where a Caddy of somebody else meets authentik among them: with the lines that change it', async () => {
  const on = Object.fromEntries(['front', 'authentik', 'a', 'b', 'c', 'd'].map((name) => [name, ['caddy_caddynet']]));
  expect(await told(theirs('caddy_caddynet'), on)).toMatchObject({
    status: 'warn',
    cause: expect.stringContaining('a, b, c and 1 more'),
    fix: expect.stringContaining('networks: { proxy: { external: true, name: authentik_proxy } }'),
  });
});

test('anybody, where the proxy is not known', async () => {
  expect(await told({ is: 'manual' }, {})).toMatchObject({ status: 'warn' });
});
