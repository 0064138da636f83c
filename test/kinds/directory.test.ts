import { chmod, lstat, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { directoryKind as kind } from '../../src/kinds/directory.ts';
import { nodeFiles } from '../../src/world/files.ts';
import type { World } from '../../src/world/world.ts';
import { temporary } from '../temporary.ts';
import { wordsOf } from '../words.ts';

const world = { files: nodeFiles() } as World;
const owner = { uid: process.getuid!(), gid: process.getgid!() };
let base: string;
let key: string;
beforeEach(async () => {
  base = await temporary();
  key = join(base, 'data');
});

test('is made, and then is right', async () => {
  const want = { mode: 0o750, owner };
  expect(await kind.observe(key, world)).toEqual({ is: 'absent' });
  await kind.apply!(key, want, world, undefined);
  const found = await kind.observe(key, world);
  expect(found).toEqual({ is: 'present', spec: want });
  expect(wordsOf(kind)(want, want)).toEqual([]);
});

test('mode and owner are compared and set', async () => {
  await mkdir(key);
  await chmod(key, 0o777);
  const have = { mode: 0o777, owner };
  expect(wordsOf(kind)({ mode: 0o700, owner: { uid: 70, gid: 71 } }, have)).toEqual([
    'mode 0777 → 0700',
    `owner ${owner.uid}:${owner.gid} → 70:71`,
  ]);
  await kind.apply!(key, { mode: 0o700, owner }, world, have);
  expect((await lstat(key)).mode & 0o7777).toBe(0o700);
});

test('one that was there before gets its mode and owner back, unless somebody changed them since', () => {
  const before = { mode: 0o755, owner: { uid: 0, gid: 0 } };
  const ours = { mode: 0o700, owner: { uid: 70, gid: 70 } };
  expect(kind.release!(ours, before, ours)).toEqual(before);
  const since = { mode: 0o711, owner: { uid: 5, gid: 5 } };
  expect(kind.release!(ours, before, since)).toEqual(since);
});

test('goes only when it is empty; destroy takes all of it', async () => {
  await mkdir(key);
  await writeFile(join(key, 'x'), '');
  await kind.apply!(key, undefined, world, undefined);
  expect((await kind.observe(key, world)).is).toBe('present');
  await kind.destroy!(key, world);
  expect(await kind.observe(key, world)).toEqual({ is: 'absent' });
  await mkdir(key);
  await kind.apply!(key, undefined, world, undefined);
  expect(await kind.observe(key, world)).toEqual({ is: 'absent' });
});

test('a file or a link in its place is an error', async () => {
  await writeFile(key, '');
  await expect(kind.observe(key, world)).rejects.toMatchObject({ code: 'not-a-directory' });
  await symlink(base, join(base, 'link'));
  await expect(kind.observe(join(base, 'link'), world)).rejects.toMatchObject({ code: 'unexpected-link' });
});
