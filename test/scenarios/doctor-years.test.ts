import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ContainerSummary } from '../../src/world/docker/docker.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { inDatabase } from '../fakes/people.ts';
import { copyOf, type FakeOptions, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let fake: FakeWorld;
beforeAll(async () => {
  first = await installed();
});
afterAll(() => first.close());
afterEach(() => fake.close());

const names = [
  ...['outpost-outdated', 'blueprint-error', 'postgres-unsupported', 'tasks-large'],
  ...['updater', 'image-latest', 'restore-left'],
  ...['certificate-ending', 'signing-certificate', 'history-differs'],
];

interface Told {
  readonly id: string;
  readonly status: string;
  readonly cause?: string;
  readonly fix?: string;
}

async function told(harm: (fake: FakeWorld) => unknown = () => {}, options: FakeOptions = {}): Promise<Told[]> {
  fake = await copyOf(first, options);
  await harm(fake);
  const { out } = await homeauthIn(fake)('doctor', [], {}, { json: true });
  return JSON.parse(out).checks.filter(({ id }: Told) => names.includes(id));
}

const wrong = (all: readonly Told[]) => all.filter(({ status }) => status !== 'ok').map(({ id }) => id);

const answering = (answer: string) => (machine: FakeWorld) => {
  const { exec } = machine.docker;
  Object.assign(machine.docker, {
    exec: async (...given: Parameters<typeof exec>) =>
      given[1].at(-1)?.includes('authentik_tasks_task')
        ? { code: 0, stdout: `${answer}\n`, stderr: '' }
        : exec(...given),
  });
};

const beside =
  (one: Partial<ContainerSummary>, more: object = {}) =>
  (machine: FakeWorld) => {
    const { containers, container } = machine.docker;
    const summary = { name: 'other', running: true, labels: {}, networks: [], mounts: [], ports: [], ...one };
    Object.assign(machine.docker, {
      containers: async () => [...(await containers()), summary],
      container: async (name: string) => (name === 'other' ? { ...summary, ...more } : container(name)),
    });
  };

test('has nothing to say of an installation that is well', async () => {
  const all = await told();
  expect(all.map(({ id }) => id).toSorted()).toEqual(names.toSorted());
  expect(wrong(all)).toEqual([]);
});

test.each([
  ['13.22|0', ['postgres-unsupported']],
  ['18.1|0', []],
  ['16.4|900000000', ['tasks-large']],
])('PostgreSQL that says %s', async (answer, ids) => {
  expect(wrong(await told(answering(answer)))).toEqual(ids);
});

test('an updater that may change authentik, and not one that was told to leave it alone', async () => {
  const image = 'containrrr/watchtower:1.7.1';
  const [found] = (await told(beside({ image }))).filter(({ status }) => status === 'warn');
  expect(found).toMatchObject({ id: 'updater', fix: expect.stringContaining('WATCHTOWER_DISABLE_CONTAINERS') });
  await fake.close();
  expect(wrong(await told(beside({ image }, { argv: ['--monitor-only'], environment: {} })))).toEqual([]);
  await fake.close();
  const environment = { WATCHTOWER_LABEL_ENABLE: 'true' };
  expect(wrong(await told(beside({ image }, { argv: [], environment })))).toEqual([]);
});

test.each([
  ['caddy', ['image-latest']],
  ['registry.example.com:5000/caddy:latest', ['image-latest']],
  ['caddy:2.11.4', []],
  [`caddy@sha256:${'0'.repeat(64)}`, []],
])('a Caddy that runs %s', async (image, ids) => {
  expect(wrong(await told(beside({ image, networks: ['caddy_caddynet'] })))).toEqual(ids);
});

test('a blueprint that failed', async () => {
  const all = await told((machine) =>
    inDatabase(machine, (state) => {
      Object.assign(state.blueprints[0] ?? {}, { status: 'error' });
    }),
  );
  expect(wrong(all)).toEqual(['blueprint-error']);
});

test('an outpost of another release', async () => {
  const change = (body: string) =>
    body
      .replace('"version_outdated":false', '"version_outdated":true')
      .replace(/"version":"[^"]*"/, '"version":"2026.2.1"');
  const all = await told(() => {}, {
    standin: {
      fault: ({ path }) =>
        path.includes('/health/') && path.includes('/outposts/') ? { kind: 'garble', change } : undefined,
    },
  });
  expect(wrong(all)).toEqual(['outpost-outdated']);
  expect(all.find(({ id }) => id === 'outpost-outdated')?.cause).toContain('2026.2.1');
});

test('what a restore put aside, once that is two weeks ago', async () => {
  const stamp = (days: number) =>
    `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19).replaceAll(':', '')}Z`;
  const put = (days: number) => (machine: FakeWorld) =>
    machine.files.put(at(`before-restore-${stamp(days)}/container-vars.env`), 'x'.repeat(2_000_000));
  expect(wrong(await told(put(3)))).toEqual([]);
  await fake.close();
  const all = await told(put(15));
  expect(wrong(all)).toEqual(['restore-left']);
  expect(all.find(({ id }) => id === 'restore-left')).toMatchObject({ cause: expect.stringContaining('2.0 MB') });
});

test('a former database that was put aside, with its size', async () => {
  const all = await told((machine) => machine.files.put(at('db.pg15/PG_VERSION'), 'x'.repeat(3_000_000)));
  expect(wrong(all)).toEqual(['restore-left']);
  expect(all.find(({ id }) => id === 'restore-left')?.cause).toContain('db.pg15 (3.0 MB)');
});

const hour = 3_600_000;
const day = 24 * hour;
/** Hosts show a certificate of such a life, so much of which is left. */
const showing =
  (life: number, left: number, hosts = /./) =>
  (machine: FakeWorld) => {
    const { http } = machine.world;
    const dial: typeof http.dial = async (asked) => {
      const answer = await http.dial(asked);
      if (!answer.certificate || !hosts.test(new URL(asked.url).host)) return answer;
      const until = Date.now() + left;
      return { ...answer, certificate: { from: until - life, until } };
    };
    Object.assign(machine.world, { http: { dial } });
  };

test.each([
  ['90 days', 90 * day, 17 * day, 'warn'],
  ['90 days', 90 * day, 19 * day, 'ok'],
  ["12 hours, as Caddy's own authority gives", 12 * hour, 2 * hour, 'warn'],
  ["12 hours, as Caddy's own authority gives", 12 * hour, 3 * hour, 'ok'],
  ['six days', 6 * day, day, 'warn'],
  ['a year', 398 * day, 20 * day, 'warn'],
  ['a year', 398 * day, 22 * day, 'ok'],
  ['90 days', 90 * day, -hour, 'fail'],
])('a certificate of %s (%i ms), of which %i ms are left: %s', async (_, life, left, status) => {
  const all = (await told(showing(life, left))).filter(({ id }) => id === 'certificate-ending');
  expect(all.map((one) => one.status)).toEqual([status]);
});

test('of several hosts the one whose certificate ends is named', async () => {
  fake = await copyOf(first);
  await homeauthIn(fake)('add-app', ['whoami']);
  showing(90 * day, day, /^whoami/)(fake);
  const { out } = await homeauthIn(fake)('doctor', [], {}, { json: true });
  const found = JSON.parse(out).checks.filter(({ id }: Told) => id === 'certificate-ending');
  expect(found).toMatchObject([{ subject: 'whoami.home.example.com', status: 'warn' }]);
  expect(found[0].fix).toContain('docker logs');
});

const keyEnds = (left: number, isUsed: boolean) => (machine: FakeWorld) =>
  inDatabase(machine, (state) => {
    const [key] = state.keypairs;
    Object.assign(key ?? {}, { cert_expiry: new Date(Date.now() + left).toISOString() });
    const flow = state.flows[0]?.pk ?? '';
    state.ldapProviders.push({
      ...{ pk: 901, name: 'theirs', certificate: isUsed ? (key?.pk ?? null) : null, base_dn: 'dc=x' },
      ...{ authentication_flow: null, authorization_flow: flow, invalidation_flow: flow, property_mappings: [] },
      ...{ tls_server_name: '', uid_start_number: 2000, gid_start_number: 4000 },
      ...{ search_mode: 'direct', bind_mode: 'direct', mfa_support: true },
    });
  });

test.each([
  [29 * day, true, ['signing-certificate']],
  [31 * day, true, []],
  [-day, false, []],
])("a certificate of authentik's with %i ms left, used: %s", async (left, isUsed, ids) => {
  expect(wrong(await told(keyEnds(left, isUsed)))).toEqual(ids);
});

test('a database that another release has changed', async () => {
  const all = await told((machine) => inDatabase(machine, (state) => void state.history.push('2027.2.0')));
  expect(wrong(all)).toEqual(['history-differs']);
});

test('that the certificate of the login page has ended is one problem', async () => {
  fake = await copyOf(first);
  showing(90 * day, -hour)(fake);
  const { http } = fake.world;
  const dial: typeof http.dial = async (asked) => {
    const answer = await http.dial(asked);
    return answer.certificate ? { ...answer, untrusted: 'certificate has expired' } : answer;
  };
  Object.assign(fake.world, { http: { dial } });
  const { out } = await homeauthIn(fake)('doctor', [], {}, { json: true });
  const found = JSON.parse(out).checks.filter(({ id }: Told) => id.startsWith('certificate'));
  expect(found).toMatchObject([
    { id: 'certificate-ending', status: 'fail', subject: 'auth.home.example.com' },
    { id: 'certificate', status: 'skip' },
  ]);
});
