import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import type { Dataset, ZfsSnapshot } from '../../src/world/zfs.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import type { FakeWorld } from '../fakes/world.ts';

const own = 'rpool/docker/authentik';
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
let snapshots: ZfsSnapshot[];
let fails: string | undefined;

beforeEach(async () => {
  fake = await installed();
  const files = fake.files;
  snapshots = [];
  fails = undefined;
  const dataset = (name: string, mountpoint: string): Dataset => ({
    ...{ name, mountpoint, mounted: true, canmount: 'on' },
    ...{ encryption: 'aes-256-gcm', keystatus: 'available', encryptionRoot: 'rpool' },
  });
  const zfs: FakeWorld['world']['zfs'] = {
    datasets: async () => [dataset('rpool/docker', '/srv/docker'), dataset(own, '/srv/docker/authentik')],
    create: async () => {},
    destroy: async () => {},
    snapshots: async (name) => (name === own ? [...snapshots] : []),
    async snapshot(name, snapshot) {
      if (fails) throw new Failure({ code: fails, problem: 'The pool is full.', fix: 'zpool list' });
      expect(name).toBe(own);
      snapshots.unshift({ name: snapshot, used: 0 });
    },
    async forget(name, snapshot) {
      expect(name).toBe(own);
      snapshots = snapshots.filter((one) => one.name !== snapshot);
    },
  };
  const ledger = JSON.parse((await files.read(at('.homeauth/ledger.json'))) ?? '');
  const made = [{ id: `dataset:${own}`, precious: true }, ...ledger.made];
  files.put(at('.homeauth/ledger.json'), JSON.stringify({ ...ledger, made }), 0o600);
  const filesystem = async (path: string) => {
    const found = await files.filesystem(path);
    return path.startsWith('/srv/docker/authentik') ? { ...found, type: 'zfs', source: own } : found;
  };
  homeauth = homeauthIn(fake, { world: { ...fake.world, zfs, files: { ...files, filesystem } } });
});
afterEach(() => fake.close());

const json = async (command: Parameters<typeof homeauth>[0], flags = {}) => {
  const { out, failure } = await homeauth(command, [], flags, { json: true });
  expect(failure).toBeUndefined();
  return JSON.parse(out);
};

test('a copy has a snapshot of its name beside it, and both go by one rule', async () => {
  const old = 'homeauth-2026-01-02T030405Z';
  snapshots = [{ name: old, used: 5e6 }];
  const { copy, snapshot } = await json('backup', { plain: true, keep: '2d' });
  expect(snapshot).toBe(`${own}@homeauth-${copy.name}`);
  expect(snapshots.map(({ name }) => name)).toEqual([`homeauth-${copy.name}`, old]);
  const listed = await homeauth('backup list');
  expect(listed.out).toContain(`ZFS snapshots of ${own}`);
  expect(listed.out).toMatch(/@homeauth-2026-01-02T030405Z +5\.0 MB/);
  expect((await json('backup list')).zfs.snapshots).toHaveLength(2);

  const dry = await json('backup prune', { keep: '1d', dryRun: true });
  expect(dry.snapshots).toEqual([`${own}@${old}`]);
  expect(snapshots).toHaveLength(2);
  expect((await homeauth('backup prune', [], { keep: '1d' })).out).toContain(old);
  expect(snapshots.map(({ name }) => name)).toEqual([`homeauth-${copy.name}`]);
});

test('prune removes no snapshot that was not on the list', async () => {
  const taken = (day: number) => `homeauth-2026-01-0${day}T030405Z`;
  snapshots = [3, 2].map((day) => ({ name: taken(day), used: 0 }));
  const terminal = fakeTerminal(['y']);
  const { confirm } = terminal;
  const meanwhile: typeof confirm = (question) => {
    snapshots.unshift({ name: taken(4), used: 0 });
    return confirm(question);
  };
  expect((await homeauth('backup prune', [], { keep: '1d' }, { ...terminal, confirm: meanwhile })).code).toBe(0);
  expect(snapshots.map(({ name }) => name)).toEqual([taken(4), taken(3)]);
});

test('without a rule for what goes none is taken', async () => {
  expect((await json('backup', { plain: true })).snapshot).toBeUndefined();
  expect(snapshots).toEqual([]);
});

test('one that fails is told, and the copy is there all the same', async () => {
  fails = 'zfs-failed';
  expect((await homeauth('backup', [], { plain: true, keep: '2d' })).failure?.code).toBe('zfs-failed');
  expect((await json('backup list')).copies).toHaveLength(1);
});

test('only of the dataset that homeauth made, where the installation lies', async () => {
  const ledger = JSON.parse((await fake.files.read(at('.homeauth/ledger.json'))) ?? '');
  const [, ...made] = ledger.made;
  const files = fake.files;
  for (const first of [[], [{ id: `dataset:${own}/authentik`, precious: true }]]) {
    files.put(at('.homeauth/ledger.json'), JSON.stringify({ ...ledger, made: [...first, ...made] }), 0o600);
    expect((await json('backup', { plain: true, keep: '2d' })).snapshot).toBeUndefined();
  }
});
