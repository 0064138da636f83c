import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../src/config/parse.ts';
import { stagesOf } from '../src/desired/desired-state.ts';
import type { Facts } from '../src/desired/facts.ts';
import { layoutOf } from '../src/desired/layout.ts';
import { plan, wanted } from '../src/engine/plan.ts';
import { decodeEnv } from '../src/formats/env.ts';
import { compiledTemplates } from '../src/formats/template.ts';
import { checkedEra } from '../src/installation/wanted-release.ts';
import { kinds } from '../src/kinds/index.ts';
import { type Id, idOf, type Observed, type Resource } from '../src/model/resource.ts';
import { reveal, Secret } from '../src/model/secret.ts';
import { ownCaddy } from '../src/proxy/caddy/caddy.ts';
import { everywhere } from '../src/proxy/caddy/listeners.ts';
import type { ProxyFacts } from '../src/proxy/proxy.ts';
import { packagedTemplates } from '../src/world/templates.ts';
import { sitesOf } from './fakes/caddyfile.ts';
import { homeauthIn } from './fakes/homeauth.ts';
import { fakeWorld } from './fakes/world.ts';

const folder = join(import.meta.dirname, '../examples');
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
const templates = await compiledTemplates(packagedTemplates)();

/** A Caddy that its owner set up in a project of its own. */
const ownersCaddy: ProxyFacts = {
  is: 'caddy',
  own: false,
  container: 'caddy',
  networks: ['caddy_caddynet'],
  caddyfile: { inside: '/etc/caddy/Caddyfile', outside: '/rpool/encrypted/docker/caddy/etc/Caddyfile' },
  how: 'import',
  listeners: everywhere,
};

interface Home {
  readonly finds: Partial<Facts>;
  readonly hosts: readonly string[];
  readonly has: readonly Id[];
  readonly hasNot: readonly Id[];
}

/** What each home has that its example is for, and what homeauth makes of it. */
const homes: Readonly<Record<string, Home>> = {
  'laptop-internal.yaml': {
    finds: { baseMissing: true },
    hosts: ['auth.home.localhost', 'whoami.home.localhost'],
    has: ['directory:/srv/homeauth', 'container:whoami', 'container:caddy', 'provider:whoami'],
    hasNot: ['file:/srv/homeauth/caddy/caddy.env'],
  },
  'nas.yaml': {
    finds: { cloudflareToken: new Secret('made-up-token') },
    hosts: ['auth', 'documents', 'nas', 'unifi', 'recipes'].map((name) => `${name}.home.example.net`),
    has: ['container:caddy', 'file:/volume1/docker/caddy/caddy.env', 'application:nas'],
    hasNot: ['directory:/volume1/docker', 'container:documents'],
  },
  'proxmox-zfs.yaml': {
    finds: {
      parentDataset: 'rpool/encrypted/docker',
      proxy: ownersCaddy,
      proxyNetwork: { subnets: ['172.18.0.0/16'], gateways: ['172.18.0.1'] },
    },
    hosts: ['auth', 'whoami', 'paperless', 'photos', 'printer'].map((name) => `${name}.home.example.com`),
    has: [
      'dataset:rpool/encrypted/docker/authentik',
      'caddy:/rpool/encrypted/docker/caddy/etc/Caddyfile',
      'group:family',
      'binding:photos/family',
    ],
    hasNot: ['container:caddy', 'network:caddy_caddynet', 'directory:/rpool/encrypted/docker/caddy'],
  },
  'vps-cloudflare.yaml': {
    finds: { cloudflareToken: new Secret('made-up-token'), mailPassword: new Secret('made-up "$password') },
    hosts: ['login', 'wiki', 'board', 'metrics'].map((name) => `${name}.example.org`),
    has: ['group:members', 'group:operators', 'binding:metrics/operators', 'binding:wiki/members'],
    hasNot: ['container:wiki', 'binding:metrics/members'],
  },
};

test('every example is of a home that is known here', () => {
  expect(readdirSync(folder).filter((name) => name !== 'README.md')).toEqual(Object.keys(homes));
  const readme = textOf('README.md');
  expect(Object.keys(homes).filter((name) => !readme.includes(`(${name})`))).toEqual([]);
});

const cases = Object.entries(homes).map(([name, home]) => ({ name, home }));

describe.each(cases)('$name', ({ name, home: { finds, hosts, has, hasNot } }) => {
  const { config } = parseConfig(textOf(name), name);
  const layout = layoutOf(config.baseDir);
  const facts: Facts = {
    ours: new Set(),
    templates,
    configText: textOf(name),
    schemaText: '{}',
    secrets: { postgresPassword: new Secret('p'.repeat(64)), secretKey: new Secret('s'.repeat(64)) },
    phase: 'running',
    superuser: 'postgres',
    postgres: 17,
    setupClosed: true,
    proxy: ownCaddy(config.baseDir),
    ipv6: true,
    ...finds,
  };
  const stages = stagesOf({ config, era: checkedEra(config), pointer: '/etc/homeauth/location' });
  const want = wanted(stages, facts);
  const contentOf = (path: string): string => {
    const file = want.find((resource) => resource.kind === 'file' && resource.key === path);
    if (file?.kind !== 'file') throw new Error(`no file ${path} is wanted`);
    return reveal(file.spec.content);
  };
  const containers = (directory: string) =>
    want
      .filter((r): r is Resource & { kind: 'container' } => r.kind === 'container')
      .filter(({ spec }) => spec.definition.project.directory === directory);

  test('wants what that home needs', () => {
    const ids = want.map(idOf);
    expect(ids).toEqual(expect.arrayContaining([...has, `user:${config.admin.username}`, `file:${layout.config}`]));
    expect(ids.filter((id) => hasNot.includes(id))).toEqual([]);
  });

  test('has every stage in an order in which it can be made', () => {
    for (const all of stages.map((stage) => stage.want(facts))) {
      const ids = all.map(idOf);
      const tooLate = all.filter(({ after = [] }, n) => after.some((id) => !ids.slice(0, n).includes(id)));
      expect(tooLate.map(idOf)).toEqual([]);
    }
  });

  test('is planned as a new installation', () => {
    const later: Observed = { is: 'unknown', because: { code: 'stopped', says: 'authentik does not run yet' } };
    const seen = new Map(want.filter(({ kind }) => kind === 'service').map((r) => [idOf(r), later]));
    const changes = plan(kinds, want, seen, []);
    expect(changes.map(({ id }) => id)).toEqual([...new Set(want.map(idOf))]);
    const notMade = changes.filter(({ op }) => op !== 'create');
    expect(notMade.map(({ op, id }) => `${op} ${id}`)).toEqual([
      'later service:authentik',
      'later service:authentik/setup',
    ]);
  });

  test.each([layout.root, layout.caddy])('has a compose file with the containers of %s', (directory) => {
    const made = containers(directory);
    if (directory === layout.caddy && facts.proxy === ownersCaddy) return expect(made).toEqual([]);
    const compose = parse(contentOf(`${directory}/docker-compose.yml`));
    expect(Object.keys(compose.services).sort()).toEqual([...new Set(made.map(({ key }) => key))].sort());
    for (const { key, spec } of made) expect(compose.services[key].image).toBe(spec.definition.image);
  });

  test('has an env file that reads back as it was meant', () => {
    const values = decodeEnv(contentOf(layout.env));
    expect(values).toMatchObject({
      POSTGRES_PASSWORD: 'p'.repeat(64),
      AUTHENTIK_SECRET_KEY: 's'.repeat(64),
      AUTHENTIK_WEB__BASE_URL: `https://${config.authHost}`,
    });
    expect(values['AUTHENTIK_EMAIL__HOST']).toBe(config.mail?.host);
    expect(values['AUTHENTIK_EMAIL__PASSWORD']).toBe(facts.mailPassword?.reveal());
  });

  test('has a site for the login page and one for each app', () => {
    const [text] = want.flatMap((r) => (r.kind === 'caddy' ? [r.spec.text] : []));
    const sites = sitesOf(text ?? '', () => undefined);
    expect(sites.map(({ host }) => host)).toEqual(hosts);
    expect(sites.map(({ guarded }) => guarded)).toEqual(hosts.map((_, n) => n > 0));
    expect(text?.includes('dns cloudflare')).toBe(config.tls === 'cloudflare');
    expect(text?.includes('tls internal')).toBe(config.tls === 'internal');
  });

  test('asks for consent as it says', () => {
    const flow = `default-provider-authorization-${config.authentik.consent}-consent`;
    const flows = want.flatMap((r) => (r.kind === 'provider' ? [r.spec.authorizationFlow] : []));
    expect(new Set(flows)).toEqual(new Set([flow]));
  });
});

test('an example can be begun with, as the README says', async () => {
  const fake = fakeWorld();
  try {
    const path = '/srv/homeauth/authentik/homeauth.yaml';
    const text = textOf('laptop-internal.yaml');
    Object.assign(fake.files).put(path, text);
    const ran = await homeauthIn(fake)('init', [], { domain: 'home.localhost', baseDir: '/srv/homeauth' });
    expect(ran.failure).toBeUndefined();
    expect(ran.err.replace(/\s+/g, ' ')).toContain(`${path} is there already: continuing with its settings.`);
    expect(await fake.files.read(path)).toBe(text);
    expect([...fake.docker.boxes.keys()].sort()).toEqual([
      'authentik',
      'authentik-postgresql',
      'authentik-worker',
      'caddy',
      'whoami',
    ]);
    expect(ran.code).toBe(0);
  } finally {
    await fake.close();
  }
});
