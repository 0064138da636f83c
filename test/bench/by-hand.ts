import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from '../fakes/clock.ts';
import { type MemoryFiles, memoryFiles } from '../fakes/files.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { Program } from '../fakes/program.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';
import type { Timings } from '../standin/options.ts';
import { type Call, callerOf } from './bare.ts';
import { serverTime } from './server-time.ts';

/** So many times as fast as a real machine, or it would take minutes. */
const faster = 5;

/** What a real authentik took for its first start, in ms, on the small machine that server-time.ts is of. */
const start: Partial<Timings> = { migrate: 120_000, bootstrap: 5000, blueprints: 15_000, outpostRefresh: 5000 };
/** When Docker's first look finds it well. Measured, and nothing depends on it. */
const seenWell: Readonly<Record<string, number>> = { authentik: 60_000, 'authentik-worker': 40_000 };
/** How often somebody with curl tries again. */
const patience = 1000;

/** What `init` and `add-app whoami` take, over the same order by somebody who types it without a slip. */
export async function overHand(): Promise<number> {
  const made = await installed(['whoami']);
  const bare = memoryFiles();
  bare.put('/etc/hostname', 'nas\n');
  try {
    const byHand = await timed(slowMachine((made.files as MemoryFiles).copy()), (fake) => workOf(made, fake));
    const byHomeauth = await timed(slowMachine(bare), async (fake) => {
      const homeauth = homeauthIn(fake);
      for (const ran of [await homeauth('init', [], initFlags), await homeauth('add-app', ['whoami'])])
        if (ran.code !== 0) throw ran.failure ?? new Error(ran.err);
    });
    return byHomeauth / byHand;
  } finally {
    await made.close();
  }
}

function slowMachine(files: MemoryFiles): FakeWorld {
  const standin = { timings: start, cost: serverTime(faster) };
  return fakeWorld({ files, clock: wallClock(faster), fate: seenLate, standin });
}

/** Docker looks at a container's health every half a minute. */
const seenLate =
  (program: Program): Program =>
  async (around) => {
    const began = performance.now();
    const running = await program(around);
    const late = (seenWell[around.container.name] ?? 0) / faster;
    return { ...running, health: () => (performance.now() - began < late ? 'starting' : running.health()) };
  };

async function timed(fake: FakeWorld, work: (fake: FakeWorld) => Promise<void>): Promise<number> {
  const began = performance.now();
  try {
    await work(fake);
    return performance.now() - began;
  } finally {
    await fake.close();
  }
}

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    await sleep(patience / faster);
  }
}

interface Row {
  readonly pk: string | number;
  readonly [field: string]: unknown;
}

/** The same machine as in `made`, with curl and docker: nothing is looked at that its order does not need. */
async function workOf(made: FakeWorld, { docker, files, servers, world }: FakeWorld): Promise<void> {
  // Folders, files and secrets are there; the database is not.
  await files.remove(at('db/PG_VERSION'));
  const box = (name: string) => made.docker.boxes.get(name)!;
  for (const image of new Set([...made.docker.boxes.values()].map(({ made: { definition } }) => definition.image)))
    await docker.pull(image);
  for (const [name, spec] of made.docker.networks) await docker.createNetwork(name, spec);
  const run = (name: string, more: Readonly<Record<string, string>> = {}) => {
    const { made: container, environment } = box(name);
    return docker.run({ ...container, environment: { ...environment, ...more } });
  };
  const bootstrap = { AUTHENTIK_BOOTSTRAP_TOKEN: 'token-of-the-first-start', AUTHENTIK_BOOTSTRAP_PASSWORD: 'first' };

  await run('authentik-postgresql');
  await run('authentik');
  await run('authentik-worker', bootstrap);
  const first = callerOf(servers.at(-1)?.url, bootstrap.AUTHENTIK_BOOTSTRAP_TOKEN);
  await until(() => first('GET', 'core/users/me/'));
  const scopes = await until(async () => {
    const { results } = await first<{ results: Row[] }>('GET', 'propertymappings/provider/scope/');
    return results.length >= 7 && results;
  });
  const flows = await until(async () => {
    const { results } = await first<{ results: Row[] }>('GET', 'flows/instances/?page_size=100');
    return results.some(({ slug }) => slug === 'default-provider-authorization-implicit-consent') && results;
  });

  const key = 'key-of-our-own';
  const admins = await one(first, 'core/groups/?name=authentik%20Admins');
  const servant = { username: 'homeauth', name: 'homeauth', type: 'service_account', path: 'users' };
  const { pk: user } = await first<Row>('POST', 'core/users/', { ...servant, groups: [admins.pk] });
  await first('POST', 'core/tokens/', { identifier: 'homeauth', intent: 'api', user, expiring: false });
  await first('POST', 'core/tokens/homeauth/set_key/', { key });
  const call = callerOf(servers.at(-1)?.url, key);
  await docker.remove('authentik-worker');
  await run('authentik-worker');
  await call('DELETE', 'core/tokens/authentik-bootstrap-token/');

  const person = { username: 'helen', name: 'Helen', email: 'helen@example.com', groups: [admins.pk] };
  const owner = await call<Row>('POST', 'core/users/', { ...person, path: 'users', type: 'internal' });
  await call('POST', `core/users/${owner.pk}/set_password/`, { password: 'correct horse' });
  const brand = await one(call, 'core/brands/?default=true');
  await call('PATCH', `core/brands/${brand['brand_uuid']}/`, { branding_title: 'home.example.com' });
  for (const by of ['check_username', 'check_ip'])
    await call('POST', 'policies/reputation/', { name: by, [by]: true, threshold: -10 });
  const brake = await call<Row>('POST', 'policies/expression/', { name: 'brake', expression: 'return True' });
  const login = flows.find(({ slug }) => slug === 'default-authentication-flow')?.pk;
  const step = await one(call, `flows/bindings/?target=${login}`);
  await call('POST', 'policies/bindings/', { target: step.pk, policy: brake.pk, order: 0 });
  const emergency = await one(call, 'core/users/?username=akadmin');
  await call('PATCH', `core/users/${emergency.pk}/`, { is_active: false, email: '' });

  const flow = (slug: string) => flows.find((row) => row['slug'] === slug)?.pk;
  const common = {
    authorization_flow: flow('default-provider-authorization-implicit-consent'),
    invalidation_flow: flow('default-provider-invalidation-flow'),
    property_mappings: scopes.map(({ pk }) => pk),
  };
  const outpost = await one(call, 'outposts/instances/');
  const serves: Row['pk'][] = [];
  const protect = async (name: string, host: string, more: object) => {
    const body = { name, external_host: `https://${host}`, ...common, ...more };
    const provider = await call<Row>('POST', 'providers/proxy/', body);
    await call('POST', 'core/applications/', { name, slug: name, provider: provider.pk });
    serves.push(provider.pk);
    const config = { ...(outpost['config'] as object), authentik_host: 'https://auth.home.example.com' };
    await call('PATCH', `outposts/instances/${outpost.pk}/`, { providers: serves, config });
  };
  const sees = (host: string, wanted: number) => async () => {
    const via = await docker.dialAddress('caddy', 443);
    const { status } = await world.http.dial({ url: `https://${host}/`, ...(via && { via }) });
    return status === wanted;
  };
  await protect('home', 'auth.home.example.com', { mode: 'forward_domain', cookie_domain: 'home.example.com' });
  for (const network of box('authentik').networks)
    await docker.connect('authentik', network, ['authentik.homeauth.internal']);
  await run('caddy');
  await until(sees('auth.home.example.com', 302));

  await run('whoami');
  await protect('whoami', 'whoami.home.example.com', { mode: 'forward_single' });
  await docker.exec('caddy', ['caddy', 'reload']);
  await until(sees('whoami.home.example.com', 302));
}

async function one(call: Call, path: string): Promise<Row> {
  const { results } = await call<{ results: Row[] }>('GET', path);
  return results[0]!;
}
