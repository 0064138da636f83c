import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { datasetKind as kind } from '../../src/kinds/dataset.ts';
import { nodeFiles } from '../../src/world/files.ts';
import type { World } from '../../src/world/world.ts';
import type { Dataset } from '../../src/world/zfs.ts';
import { temporary } from '../temporary.ts';
import { wordsOf } from '../words.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporary();
});

const key = 'rpool/docker/authentik';
const dataset = (more: Partial<Dataset> = {}): Dataset => ({
  name: key,
  mountpoint: folder,
  mounted: true,
  encryption: 'off',
  keystatus: '-',
  encryptionRoot: '-',
  canmount: 'on',
  ...more,
});

function worldOf(datasets: readonly Dataset[] | undefined) {
  const calls: string[] = [];
  const zfs = {
    snapshots: async () => [{ name: 'homeauth-2026-11-29T160500Z', used: 0 }],
    forget: async (name: string, snapshot: string) => void calls.push(`forget ${name}@${snapshot}`),
    datasets: async () => datasets,
    create: async (name: string) => void calls.push(`create ${name}`),
    destroy: async (name: string) => void calls.push(`destroy ${name}`),
  };
  return { calls, world: { files: nodeFiles(), zfs } as unknown as World };
}

test('is absent where there is no ZFS, or no such dataset', async () => {
  for (const list of [undefined, [], [dataset({ name: `${key}2` })]]) {
    expect(await kind.observe(key, worldOf(list).world)).toEqual({ is: 'absent' });
  }
});

test('differs by its mountpoint, or when it is not mounted', async () => {
  const want = { mountpoint: folder };
  const look = async (more: Partial<Dataset>) => {
    const found = await kind.observe(key, worldOf([dataset(more)]).world);
    return found.is === 'present' ? wordsOf(kind)(want, found.spec) : [found.is];
  };
  expect(await look({})).toEqual([]);
  expect(await look({ mounted: false })).toEqual(['it is not mounted']);
  expect(await look({ mountpoint: 'none' })).toEqual([`its mountpoint is none, not ${folder}`]);
});

test('is made over an empty folder, and never over one that holds something', async () => {
  const { calls, world } = worldOf([]);
  await kind.apply!(key, { mountpoint: folder }, world, undefined);
  await kind.apply!(key, { mountpoint: join(folder, 'none') }, world, undefined);
  expect(calls).toEqual([`create ${key}`, `create ${key}`]);
  await writeFile(join(folder, 'x'), '');
  await expect(kind.apply!(key, { mountpoint: folder }, world, undefined)).rejects.toMatchObject({
    code: 'folder-occupied',
  });
  expect(calls).toHaveLength(2);
});

test('is not made where the folder belongs to a locked dataset', async () => {
  const parent = dataset({ name: 'rpool/docker', keystatus: 'unavailable', mounted: false, encryption: 'aes-256-gcm' });
  const { calls, world } = worldOf([parent]);
  await expect(kind.apply!(key, { mountpoint: join(folder, 'x') }, world, undefined)).rejects.toMatchObject({
    code: 'dataset-locked',
  });
  expect(calls).toEqual([]);
});

test('is never moved', async () => {
  const { calls, world } = worldOf([dataset({ mountpoint: '/elsewhere' })]);
  const have = { mountpoint: '/elsewhere', mounted: true };
  await expect(kind.apply!(key, { mountpoint: folder }, world, have)).rejects.toMatchObject({
    code: 'dataset-elsewhere',
    fix: expect.stringContaining(`zfs set mountpoint=${folder} ${key}`),
  });
  expect(calls).toEqual([]);
});

test('goes when it is left out and empty, and with something in it by name alone', async () => {
  const { calls, world } = worldOf([dataset()]);
  await writeFile(join(folder, 'photo'), '');
  await kind.apply!(key, undefined, world, { mountpoint: folder, mounted: true });
  expect(calls).toEqual([]);
  await kind.destroy!(key, world);
  // With the snapshots that homeauth made of it; what others made keeps it.
  const gone = [`forget ${key}@homeauth-2026-11-29T160500Z`, `destroy ${key}`];
  expect(calls).toEqual(gone);

  await rm(join(folder, 'photo'));
  await kind.apply!(key, undefined, world, { mountpoint: folder, mounted: true });
  expect(calls).toEqual([...gone, `destroy ${key}`]);
});
