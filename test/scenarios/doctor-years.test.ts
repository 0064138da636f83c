import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ContainerSummary } from '../../src/world/docker/docker.ts';
import type { MemoryFiles } from '../fakes/files.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { inDatabase } from '../fakes/people.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
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
  const { out } = await homeauthIn(fake)('doctor', [], {}, fakeTerminal(undefined, { json: true }));
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
    (machine.files as MemoryFiles).put(at(`before-restore-${stamp(days)}/container-vars.env`), 'x'.repeat(2_000_000));
  expect(wrong(await told(put(3)))).toEqual([]);
  await fake.close();
  const all = await told(put(15));
  expect(wrong(all)).toEqual(['restore-left']);
  expect(all.find(({ id }) => id === 'restore-left')).toMatchObject({ cause: expect.stringContaining('2.0 MB') });
});
