import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/parse.ts';
import type { Facts } from '../../src/desired/facts.ts';
import { layoutOf } from '../../src/desired/layout.ts';
import { containerOf, networks, stackFiles, stackOf } from '../../src/desired/stack.ts';
import { compiledTemplates } from '../../src/formats/template.ts';
import { eraOf } from '../../src/model/release.ts';
import { reveal, Secret } from '../../src/model/secret.ts';
import { ownCaddy } from '../../src/proxy/caddy/caddy.ts';
import { everywhere } from '../../src/proxy/caddy/listeners.ts';
import type { ProxyFacts } from '../../src/proxy/proxy.ts';
import { packagedTemplates } from '../../src/world/templates.ts';

const text = readFileSync(join(import.meta.dirname, '../../examples/laptop-internal.yaml'), 'utf8');
const { config } = parseConfig(text, 'homeauth.yaml');
const layout = layoutOf(config.baseDir);
const facts: Facts = {
  ours: new Set(),
  templates: await compiledTemplates(packagedTemplates)(),
  configText: text,
  schemaText: '{}',
  secrets: { postgresPassword: new Secret('p'.repeat(64)), secretKey: new Secret('s'.repeat(64)) },
  mailPassword: new Secret('hush'),
  phase: 'running',
  superuser: 'postgres',
  postgres: 17,
  setupClosed: true,
  proxy: ownCaddy('/srv'),
  ipv6: true,
  logDriver: 'json-file',
};
const withMail = { ...config, mail: { host: 'smtp', port: 587, from: 'a@example.com', tls: 'starttls' as const } };
/** One that still needs Redis. */
const old = eraOf('2023.10.7')!;
const names = ['authentik', 'authentik-postgresql', 'authentik-redis', 'authentik-worker', 'whoami'];

const stack = stackOf(withMail, old, layout, facts);
const found = (path: string): string => {
  const file = stackFiles(layout, facts, stack).find(({ key }) => key === path);
  return file?.kind === 'file' ? reveal(file.spec.content) : '';
};

test('every container is told its own variables, in the API call and by Compose, and none of another', () => {
  const told = (name: string): string[] => {
    const [resource] = containerOf(stack, name);
    return resource?.kind === 'container' ? Object.keys(resource.spec.secretEnvironment) : [];
  };
  expect(told('authentik-postgresql')).toEqual(['POSTGRES_DB', 'POSTGRES_USER', 'POSTGRES_PASSWORD']);
  expect(told('authentik-redis')).toEqual([]);
  expect(told('authentik')).toEqual(expect.arrayContaining(['AUTHENTIK_SECRET_KEY', 'AUTHENTIK_EMAIL__PASSWORD']));
  const { services } = parse(found(layout.compose));
  expect(services['authentik-postgresql'].env_file).toEqual([layout.databaseEnv]);
  expect(services['authentik-redis'].env_file).toBeUndefined();
  expect(found(layout.databaseEnv)).toContain(`POSTGRES_PASSWORD=${'p'.repeat(64)}`);
  expect(found(layout.databaseEnv)).not.toMatch(/AUTHENTIK_|hush|ssss/);
});

test('no container keeps a right that it does not need, and none can gain one', () => {
  const { services } = parse(found(layout.compose));
  expect(Object.keys(services).sort()).toEqual(names);
  const entrypoint = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'];
  for (const name of names) {
    expect(services[name]).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges'] });
    expect(services[name].cap_add).toEqual(/postgresql|redis/.test(name) ? entrypoint : undefined);
  }
});

test('what authentik only reads it cannot write', () => {
  for (const name of ['authentik', 'authentik-worker']) {
    const writable = stack.definitions[name]?.mounts.filter(({ readOnly }) => !readOnly).map(({ target }) => target);
    expect(writable).toEqual(['/media']);
  }
});

test.each([
  ['json-file', { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } }],
  ['local', undefined],
  ['journald', undefined],
  [undefined, undefined],
])('logs have a limit where Docker sets none: %s', (logDriver, logging) => {
  const { definitions } = stackOf(config, old, layout, { ...facts, ...{ logDriver } } as Facts);
  expect(names.map((name) => definitions[name]?.logging)).toEqual(names.map(() => logging));
});

describe('whom authentik believes to be its proxy', () => {
  const proxyNetwork = { subnets: ['172.18.0.0/30'], gateways: ['172.18.0.1'] };
  const doorNetwork = { subnets: ['172.19.0.0/30'], gateways: ['172.19.0.1'] };
  const caddyfile = { inside: '/etc/caddy/Caddyfile', outside: '/opt/Caddyfile' };
  const theirs = (networks: readonly string[]) =>
    ({
      is: 'caddy',
      own: false,
      container: 'caddy',
      networks,
      caddyfile,
      how: 'import',
      listeners: everywhere,
    }) as const;

  test.each<[string, ProxyFacts, string, string]>([
    ['a Caddy of ours', ownCaddy('/srv'), 'authentik_proxy', '172.19.0.2/31,172.19.0.0/32'],
    [
      'one of theirs that has moved',
      theirs(['caddy_caddynet', 'authentik_proxy']),
      'authentik_proxy',
      '172.19.0.2/31,172.19.0.0/32',
    ],
    [
      'one of theirs: its network, and no account of this server',
      theirs(['caddy_caddynet']),
      'caddy_caddynet',
      '172.18.0.2/31,172.18.0.0/32',
    ],
    ['one that is not known', { is: 'manual' }, 'caddy_caddynet', '172.18.0.0/30'],
  ])('%s', (_, proxy, network, trusted) => {
    const found = stackOf(config, old, layout, { ...facts, proxy, proxyNetwork, doorNetwork });
    expect(found.definitions['authentik']?.networks.map(({ name }) => name)).toEqual(['authentik_backend', network]);
    const value = found.values[layout.env]?.['AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS'];
    expect(value?.reveal()).toBe(`127.0.0.0/8,${trusted}`);
  });

  test('no app is on the network of the two, and it leads nowhere', () => {
    const { definitions } = stack;
    const on = Object.keys(definitions).filter((name) =>
      definitions[name]?.networks.some((network) => network.name === 'authentik_proxy'),
    );
    expect(on).toEqual(['authentik']);
    expect(parse(found(layout.compose)).networks.proxy).toEqual({ name: 'authentik_proxy', internal: true });
    expect(networks(config, facts)).toContainEqual({
      kind: 'network',
      key: 'authentik_proxy',
      spec: { project: 'authentik', network: 'proxy', internal: true },
    });
    expect(networks(config, { ...facts, proxy: { is: 'manual' } }).map(({ key }) => key)).toEqual([
      'authentik_backend',
      'caddy_caddynet',
    ]);
  });
});
