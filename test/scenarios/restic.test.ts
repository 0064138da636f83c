import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Flags, homeauthIn } from '../fakes/homeauth.ts';
import { at, changeConfig } from '../fakes/installed.ts';
import { objectsIn } from '../fakes/objects.ts';
import { populated } from '../fakes/populated.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { type Vault, vault } from '../fakes/restic.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../fakes/world.ts';

const to = 'restic:rest:https://nas.example.com:8000/home';
const address = 'rest:https://nas.example.com:8000/home';
const flags: Flags = { to, resticEnv: '/root/restic.env' };
const from: Flags = { from: to, resticEnv: '/root/restic.env' };
let base: FakeWorld;
let fake: FakeWorld;
let repositories: Vault;
let homeauth: ReturnType<typeof homeauthIn>;

beforeAll(async () => {
  base = await populated();
  base.files.put('/root/restic.env', "export RESTIC_PASSWORD='kettle lantern'\n", 0o600);
});
afterAll(() => base.close());
beforeEach(async () => {
  repositories = vault();
  fake = await copyOf(base, { repositories });
  homeauth = homeauthIn(fake);
});
afterEach(() => fake.close());

const json = async (command: Parameters<typeof homeauth>[0], args: readonly unknown[] = [], given: Flags = {}) => {
  const { out, failure, code } = await homeauth(command, args, given, { json: true });
  expect(failure).toBeUndefined();
  return { ...JSON.parse(out), code };
};
const stored = () => repositories.repositories.get(address)?.snapshots ?? [];
const staged = async () => [
  await fake.files.list('/srv/docker/homeauth-outgoing'),
  await fake.files.list('/srv/docker/homeauth-incoming'),
];
const nothing = [undefined, undefined];

describe('a copy in a repository', () => {
  test('is the same as one in a directory, plain for restic, and nothing of it stays here', async () => {
    const { copy, encrypted } = await json('backup', [], { ...flags, init: true });
    expect(encrypted).toBe(false);
    expect(copy.path).toBe(`${to}:${copy.name}`);
    const [snapshot] = stored();
    expect(snapshot?.tags).toEqual(['homeauth', copy.name]);
    expect(Object.keys(snapshot?.files ?? {}).toSorted()).toEqual(['database.dump', 'files.tar', 'manifest.json']);
    expect(copy.people).toHaveLength(2);
    expect(await staged()).toEqual(nothing);
    expect(await fake.files.list('/srv/docker/backups')).toBeUndefined();

    expect((await json('backup list', [], from)).copies).toMatchObject([
      { name: copy.name, domain: 'home.example.com' },
    ]);
    expect((await homeauth('backup show', [], from)).out).toContain('helen');
    const verified = await homeauth('backup verify', [copy.name], from);
    expect(verified.out).toContain(`${copy.path} is whole`);
    expect((await homeauth('backup drill', [copy.path], { resticEnv: '/root/restic.env' })).code).toBe(0);
    expect(await staged()).toEqual(nothing);
  });

  test('the database is dumped without compression, which would hide what is there already', async () => {
    const argvs: string[] = [];
    const docker = {
      ...fake.docker,
      exec: (...args: Parameters<typeof fake.docker.exec>) => {
        argvs.push(args[1].join(' '));
        return fake.docker.exec(...args);
      },
    };
    const watched = homeauthIn(fake, { world: { ...fake.world, docker } });
    await watched('backup', [], { ...flags, init: true });
    await watched('backup', [], { plain: true });
    const dumps = argvs.filter((line) => line.includes('pg_dump '));
    expect(dumps.map((line) => line.includes('--compress=0'))).toEqual([true, false]);
  });

  test('brings everything back here, with a copy of now beside it first', async () => {
    const { copy } = await json('backup', [], { ...flags, init: true });
    const then = await objectsIn(fake);
    await homeauth('remove-app', ['whoami']);
    const restored = await homeauth('restore', [copy.path], {
      confirm: 'home.example.com',
      resticEnv: '/root/restic.env',
    });
    expect(restored.failure).toBeUndefined();
    expect(await objectsIn(fake)).toEqual(then);
    expect(stored()).toHaveLength(2);
    expect((await homeauth('backup list', [], from)).out).toContain('before a restore');
    expect(await staged()).toEqual(nothing);
    expect(await fake.files.list('/srv/docker/backups')).toBeUndefined();
  });

  test('brings everything to an empty machine, under another domain', async () => {
    await homeauth('backup', [], { ...flags, init: true });
    const bare = fakeWorld({ repositories });
    try {
      bare.files.put('/root/restic.env', 'RESTIC_PASSWORD=kettle lantern\n', 0o600);
      const there = homeauthIn(bare);
      const given = { resticEnv: '/root/restic.env', domain: 'other.example.org', baseDir: '/data' };
      expect((await there('restore', [to], { ...given, dryRun: true })).out).toMatch(/restored\s+in\s+\/data/);
      const { failure, code } = await there('restore', [to], given);
      expect(failure).toBeUndefined();
      expect(code).toBe(0);
      expect((await there('user list')).out).toContain('anna');
      expect(await bare.files.list('/data/homeauth-incoming')).toBeUndefined();
    } finally {
      await bare.close();
    }
  });

  test('is told by its snapshot where homes share a repository', async () => {
    await homeauth('backup', [], { ...flags, init: true });
    const [own] = stored();
    const manifest = JSON.parse(own?.files['manifest.json'] ?? '');
    const foreign = { ...manifest, domain: 'neighbour.example.net' };
    stored().push({
      id: 'b'.repeat(64),
      tags: ['homeauth'],
      files: { ...own?.files, 'manifest.json': JSON.stringify(foreign) },
    });
    expect((await json('backup list', [], from)).copies).toHaveLength(1);
    const bare = fakeWorld({ repositories });
    try {
      bare.files.put('/root/restic.env', 'RESTIC_PASSWORD=kettle lantern\n', 0o600);
      const run = (named: string) =>
        homeauthIn(bare)('restore', [named], { resticEnv: '/root/restic.env', dryRun: true });
      expect((await run(to)).failure).toMatchObject({
        code: 'copy-unknown',
        why: expect.stringContaining('neighbour'),
      });
      expect((await run(`${to}:bbbbbbbb`)).out).toContain('neighbour.example.net');
    } finally {
      await bare.close();
    }
  });
});

describe('what is in homeauth.yaml', () => {
  test('is enough for backup, prune and the timers', async () => {
    const lines = `backup: { to: '${to}', restic-env: /root/restic.env, keep: 1d }\n`;
    await changeConfig(fake.files, (text) => `${text}${lines}`);
    await homeauth('backup', [], { init: true });
    await homeauth('backup');
    // The newest of the day stays, and the space of the other is free: nobody else is in the repository.
    expect(stored()).toHaveLength(1);
    expect(repositories.pruned).toBe(1);
    fake.files.put('/run/systemd/system/x', '');
    const timers = await json('schedule', [], { dryRun: true });
    expect(Object.keys(timers.units)).toHaveLength(6);
    const checks = (await homeauth('doctor', [], {}, { json: true })).out;
    expect(JSON.parse(checks).checks).toContainEqual(expect.objectContaining({ id: 'backup-same-disk', status: 'ok' }));
  });

  test('has no password in it, and neither has a flag', async () => {
    const secret = 'restic:rest:https://me:kettle@nas.example.com/';
    const { failure } = await homeauth('backup', [], { ...flags, to: secret });
    expect(failure?.code).toBe('flag-invalid');
    expect(JSON.stringify(failure)).not.toContain('kettle');
    await changeConfig(fake.files, (text) => `${text}backup: { to: '${secret}' }\n`);
    expect((await homeauth('backup')).failure?.code).toBe('config-invalid');
  });

  test('a file of variables that others can read is refused, and one that is not there named', async () => {
    await fake.files.setAccess('/root/restic.env', 0o644, { uid: 0, gid: 0 });
    expect((await homeauth('backup', [], flags)).failure?.code).toBe('restic-env-open');
    expect((await homeauth('backup', [], { ...flags, resticEnv: '/root/none' })).failure?.code).toBe('file-missing');
    expect((await homeauth('backup', [], { ...flags, plain: true })).failure?.code).toBe('restic-env-open');
  });
});

describe('a repository', () => {
  test('is made only where its owner says so', async () => {
    const before = fake.files.snapshot();
    expect((await homeauth('backup', [], flags)).failure).toMatchObject({
      code: 'restic-no-repository',
      fix: expect.stringContaining('--init'),
    });
    expect(await homeauth('backup', [], flags, ['n'])).toMatchObject({ code: 3 });
    expect(repositories.repositories.size).toBe(0);
    expect(fake.files.snapshot()).toEqual(before);
    expect((await homeauth('backup', [], flags, ['y'])).code).toBe(0);
    expect((await homeauth('backup', [], { ...flags, init: true })).code).toBe(0);
    expect(stored()).toHaveLength(2);
    expect((await homeauth('backup', [], { ...flags, recipient: 'age1x' })).failure?.code).toBe('flag-invalid');
  });

  test('gets a password of ours where its owner names none, which later runs find', async () => {
    const { out } = await homeauth('backup', [], { to, init: true });
    const path = at('.homeauth/restic-password');
    expect(out).toContain(path);
    expect(await fake.files.stat(path)).toMatchObject({ mode: 0o600, owner: { uid: 0, gid: 0 } });
    expect((await fake.files.read(path))?.trim()).toBe(repositories.repositories.get(address)?.password);
    expect((await json('backup list', [], { from: to })).copies).toHaveLength(1);
    expect((await homeauth('plan', [], { exitCode: true })).code).toBe(0);
  });

  test('keeps what is not ours, and its space is left to whoever prunes it', async () => {
    await homeauth('backup', [], { ...flags, init: true });
    const manifest = JSON.parse(stored()[0]?.files['manifest.json'] ?? '');
    const older = { ...manifest, made: '2026-01-02T03:04:05.000Z' };
    const others = [
      { id: 'a'.repeat(64), tags: [], files: { 'photos/1.jpg': 'x' } },
      { id: 'c'.repeat(64), tags: ['homeauth'], files: { notes: 'somebody used our word' } },
      {
        id: 'd'.repeat(64),
        tags: ['homeauth'],
        files: {
          ...stored()[0]?.files,
          'manifest.json': JSON.stringify({ ...older, domain: 'neighbour.example.net' }),
        },
      },
    ];
    const old = {
      id: 'e'.repeat(64),
      tags: ['homeauth', '2026-01-02T030405Z'],
      files: { ...stored()[0]?.files, 'manifest.json': JSON.stringify(older) },
    };
    stored().push(...others, old);
    const dry = await json('backup prune', [], { ...from, keep: '1d', dryRun: true });
    expect(dry.goes).toEqual(['2026-01-02T030405Z']);
    expect(stored()).toHaveLength(5);
    await homeauth('backup prune', [], { ...from, keep: '1d' });
    expect(stored().map(({ id }) => id)).toEqual([stored()[0]?.id, ...others.map(({ id }) => id)]);
    expect(repositories.pruned).toBe(0);
  });

  test('a snapshot that is not whole is no copy', async () => {
    const { copy } = await json('backup', [], { ...flags, init: true });
    const [whole] = stored();
    stored().push({
      id: 'f'.repeat(64),
      tags: ['homeauth', '2026-12-24T000000Z'],
      files: { ...whole?.files, 'files.tar': 'cut' },
    });
    const { 'manifest.json': _, ...without } = whole?.files ?? {};
    stored().push({ id: '9'.repeat(64), tags: ['homeauth', '2026-12-25T000000Z'], files: without });
    expect((await json('backup list', [], from)).copies.map(({ name }: { name: string }) => name)).toEqual([copy.name]);
  });

  test.each([
    ['unable to create lock in backend: repository is already locked by PID 1 on nas', 'restic-locked'],
    ['Fatal: wrong password or no key found', 'restic-password'],
    [
      'Fatal: unable to open config file: dial tcp: lookup nas: no such host\nIs there a repository at the following location?',
      'restic-unreachable',
    ],
    ['Fatal: unable to save snapshot: write /data: no space left on device', 'restic-full'],
    ['Fatal: config cannot be loaded: unsupported repository version', 'restic-old'],
  ])('where restic says "%s": %s, and nothing is left', async (says, code) => {
    await homeauth('backup', [], { ...flags, init: true });
    repositories.says = says;
    for (const [command, args, given] of [
      ['backup', [], flags],
      ['backup list', [], from],
      ['backup verify', [], from],
      ['backup prune', [], { ...from, keep: '1d' }],
      ['backup drill', [], from],
      ['restore', [to], { resticEnv: '/root/restic.env', confirm: 'home.example.com' }],
    ] as const)
      expect((await homeauth(command, args, given)).failure, command).toMatchObject({ code, fix: expect.any(String) });
    expect(await staged()).toEqual(nothing);
  });
});

test('cut off before and after every effect, a copy is whole or not there, and the next one goes through', async () => {
  await homeauth('backup', [], { ...flags, init: true });
  const whole = cutAt(fake);
  await homeauthIn(fake, whole.over)('backup', [], flags);
  const count = whole.effects.length;
  expect(count).toBeGreaterThan(5);
  for (let n = 1; n <= count; n++)
    for (const when of ['before', 'after'] as const) {
      const { over } = cutAt(fake, n, when);
      await expect(homeauthIn(fake, over)('backup', [], flags)).rejects.toThrow(PowerCut);
      for (const { files: all } of stored()) expect(Object.keys(all)).toContain('manifest.json');
    }
  expect((await homeauth('backup', [], flags)).code).toBe(0);
  expect(await staged()).toEqual(nothing);
  expect((await json('backup list', [], from)).copies).toHaveLength(stored().length);
});

test.each(['homeauth-outgoing', 'homeauth-incoming'])(
  'what a power cut left in %s, secrets among it, goes',
  async (name) => {
    const [command, given]: ['backup' | 'backup drill', Flags] =
      name === 'homeauth-outgoing' ? ['backup', flags] : ['backup drill', from];
    await homeauth('backup', [], { ...flags, init: true });
    const left = async () => (await fake.files.list(`/srv/docker/${name}`))?.length ?? 0;
    const whole = cutAt(fake);
    await homeauthIn(fake, whole.over)(command, [], given);
    const last =
      whole.effects.findIndex((one) => one === (command === 'backup' ? 'restic.save ' : 'restic.fetch ')) + 1;
    for (const clean of [() => homeauth('apply'), () => homeauth('uninstall', [], { confirm: 'home.example.com' })]) {
      const { over } = cutAt(fake, last, 'after');
      await expect(homeauthIn(fake, over)(command, [], given)).rejects.toThrow(PowerCut);
      expect(await left()).toBeGreaterThan(0);
      expect((await clean()).failure).toBeUndefined();
      expect(await fake.files.stat(`/srv/docker/${name}`)).toBeUndefined();
    }
  },
);

test('a restore brings no former password of the repository back, and loses no figures', async () => {
  const { copy } = await json('backup', [], { to, init: true });
  const repository = repositories.repositories.get(address);
  repositories.repositories.set(address, { ...repository, password: 'another', snapshots: stored() });
  fake.files.put(at('.homeauth/restic-password'), 'another\n', 0o600);
  await homeauth('doctor', [], { scheduled: true });
  const figures = await fake.files.read(at('.homeauth/figures.json'));
  expect((await homeauth('restore', [copy.path], { confirm: 'home.example.com' })).failure).toBeUndefined();
  expect((await homeauth('backup list', [], { from: to })).failure).toBeUndefined();
  expect(await fake.files.read(at('.homeauth/figures.json'))).toBe(figures);
});

test('an uninstall with all data says which password goes, and leaves nothing of ours and all of the rest', async () => {
  await homeauth('backup', [], { to, init: true });
  await fake.files.write('/etc/hook', 'https://hook.example.com/x', 0o600);
  await changeConfig(fake.files, (text) => `${text}notify: { webhook: { url-file: /etc/hook } }\n`);
  await homeauth('doctor', [], { scheduled: true });
  expect(await fake.files.stat(at('.homeauth/figures.json'))).toBeDefined();
  const { err, failure } = await homeauth('uninstall', [], { confirm: 'home.example.com' });
  expect(failure).toBeUndefined();
  expect([...Object.keys(fake.files.snapshot())].filter((path) => path.startsWith('/srv/docker'))).toEqual([]);
  expect(await fake.files.read('/etc/hook')).toBe('https://hook.example.com/x');
  expect(stored()).toHaveLength(1);
  expect(err.replace(/\s+/g, ' ')).toContain(at('.homeauth/restic-password'));
});
