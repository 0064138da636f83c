import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../src/world/files.ts';

const run = promisify(execFile);
const files = nodeFiles();
let base: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'homeauth-mounts-')));
});
afterEach(async () => {
  for (const target of mounted.splice(0).toReversed()) await run('umount', [target]);
  await rm(base, { recursive: true });
});

const mounted: string[] = [];
async function mount(target: string, ...options: string[]): Promise<void> {
  await mkdir(target, { recursive: true });
  await run('mount', [...options, target]);
  mounted.push(target);
}
const tmpfs = (target: string, options: string, name = 'test') => mount(target, '-t', 'tmpfs', '-o', options, name);

describe.runIf(process.getuid!() === 0)('real mounts', () => {
  test('a full disk: the old file stays as it was and nothing is left behind', async () => {
    await tmpfs(join(base, 'small'), 'size=64k');
    const path = join(base, 'small', 'file');
    await files.write(path, 'old', 0o600);
    const full = { code: 'disk-full', problem: `${path} cannot be written: the disk is full, or a quota is used up.` };
    await expect(files.write(path, 'x'.repeat(100_000), 0o600)).rejects.toMatchObject(full);
    await expect(files.overwrite(path, 'x'.repeat(100_000))).rejects.toMatchObject(full);
    expect(await readFile(path, 'utf8')).toBe('old');
    await expect(files.create(`${path}2`, 'x'.repeat(100_000), 0o600)).rejects.toMatchObject({ code: 'disk-full' });
    expect(await readdir(join(base, 'small'))).toEqual(['file']);
  });

  test('a read-only file system', async () => {
    await tmpfs(join(base, 'ro'), 'ro');
    await expect(files.write(join(base, 'ro', 'file'), 'x', 0o600)).rejects.toMatchObject({ code: 'read-only' });
    expect(await files.filesystem(join(base, 'ro', 'a', 'b'))).toMatchObject({ type: 'tmpfs', readOnly: true });
  });

  test('the file system of a path that does not exist yet', async () => {
    await tmpfs(join(base, 'a b\\c'), 'size=1m', 'my source');
    const path = join(base, 'a b\\c', 'not', 'there');
    expect(await files.filesystem(path)).toEqual({
      realPath: path,
      type: 'tmpfs',
      source: 'my source',
      target: join(base, 'a b\\c'),
      free: 1024 * 1024,
      readOnly: false,
    });
  });

  test('links are followed, also one that leads to nothing yet', async () => {
    await tmpfs(join(base, 'disk'), 'size=1m');
    await symlink('disk/later', join(base, 'link'));
    await symlink(join(base, 'link'), join(base, 'link2'));
    expect(await files.filesystem(join(base, 'link2', 'x'))).toMatchObject({
      realPath: join(base, 'disk', 'later', 'x'),
      target: join(base, 'disk'),
    });
  });

  test('a mount that hides deeper ones', async () => {
    await tmpfs(join(base, 'a', 'b'), 'size=1m', 'deep');
    await tmpfs(join(base, 'a'), 'size=1m', 'over');
    await mkdir(join(base, 'a', 'b'));
    expect(await files.filesystem(join(base, 'a', 'b'))).toMatchObject({ source: 'over', target: join(base, 'a') });
    await run('umount', [mounted.pop()!]);
    expect(await files.filesystem(join(base, 'a', 'b'))).toMatchObject({ source: 'deep' });
  });

  test('a mount point stays, and what is in it goes only with the tree', async () => {
    const point = join(base, 'point');
    await tmpfs(point, 'size=1m');
    await writeFile(join(point, 'x'), '');
    expect(await files.remove(point)).toBe(false);
    await files.removeTree(point);
    expect(await readdir(point)).toEqual([]);
    expect(await files.remove(point)).toBe(false);
  });

  test('a file that is a mount itself is rewritten in place, and cannot be replaced', async () => {
    const [outside, inside] = [join(base, 'Caddyfile'), join(base, 'inside')];
    await writeFile(outside, 'old and long');
    await writeFile(inside, '');
    await run('mount', ['--bind', outside, inside]);
    mounted.push(inside);
    const { ino } = await lstat(outside);
    await files.overwrite(outside, 'new');
    expect(await readFile(inside, 'utf8')).toBe('new');
    expect((await lstat(outside)).ino).toBe(ino);
    await expect(files.write(inside, 'x', 0o600)).rejects.toMatchObject({ code: 'mounted' });
  });
});
