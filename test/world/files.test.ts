import { chown, link, lstat, mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../src/world/files.ts';
import { temporary } from '../temporary.ts';

const files = nodeFiles();
let base: string;
let path: string;
beforeEach(async () => {
  base = await temporary();
  path = join(base, 'file');
});

const modeOf = async (of: string) => (await lstat(of)).mode & 0o7777;
const me = { uid: process.getuid!(), gid: process.getgid!() };

describe('read, stat, list', () => {
  test('what is not there', async () => {
    expect(await files.read(path)).toBeUndefined();
    expect(await files.stat(path)).toBeUndefined();
    expect(await files.list(path)).toBeUndefined();
  });

  test('a link is seen as a link, and read through', async () => {
    await writeFile(path, 'x');
    await symlink(path, join(base, 'link'));
    expect(await files.stat(join(base, 'link'))).toMatchObject({ type: 'link' });
    expect(await files.read(join(base, 'link'))).toBe('x');
    expect(await files.list(base)).toEqual(['file', 'link']);
  });

  test('bytes that are no text are refused, not changed into other bytes', async () => {
    await writeFile(path, Buffer.from([0x61, 0xff]));
    await expect(files.read(path)).rejects.toMatchObject({ code: 'not-text' });
  });

  test('a byte order mark is part of the content', async () => {
    await writeFile(path, '\ufeffx');
    expect(await files.read(path)).toBe('\ufeffx');
  });
});

describe('write', () => {
  test('has exactly the mode it was given, whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      await files.write(path, 'x', 0o664);
    } finally {
      process.umask(before);
    }
    expect(await modeOf(path)).toBe(0o664);
  });

  test('leaves nothing else behind', async () => {
    await files.write(path, 'one', 0o600);
    await files.write(path, 'two', 0o644);
    expect(await readdir(base)).toEqual(['file']);
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await modeOf(path)).toBe(0o644);
  });

  test.runIf(me.uid === 0)('keeps the owner of the file it replaces', async () => {
    await writeFile(path, 'x');
    await chown(path, 1000, 70);
    await files.write(path, 'y', 0o600);
    expect(await files.stat(path)).toEqual({ type: 'file', mode: 0o600, owner: { uid: 1000, gid: 70 }, size: 1 });
  });

  test('another name of the old file keeps the old content', async () => {
    await writeFile(path, 'old');
    await link(path, join(base, 'other'));
    await files.write(path, 'new', 0o644);
    expect(await readFile(join(base, 'other'), 'utf8')).toBe('old');
  });

  test('a reader meets the old or the new content, whole, and never a wider mode', async () => {
    const [old, fresh] = ['a'.repeat(300_000), 'b'.repeat(300_000)];
    await files.write(path, old, 0o600);
    let writing = true;
    const looks = (async () => {
      while (writing) {
        expect([old, fresh]).toContain(await readFile(path, 'utf8'));
        for (const name of await readdir(base)) {
          const found = await lstat(join(base, name)).catch(() => undefined);
          if (found) expect(found.mode & 0o077).toBe(0);
        }
      }
    })();
    for (let n = 0; n < 30; n++) await files.write(path, n % 2 ? old : fresh, 0o600);
    writing = false;
    await looks;
  });

  test('removes what a crash left behind, and nothing else', async () => {
    const own = process.pid.toString(16).padStart(8, '0');
    const stale = `.homeauth-${own}89abcdef`;
    // No process has a number as high: Linux ends at 2^22.
    const orphan = '.homeauth-7fffffff89abcdef';
    const kept = ['.homeauth', `.homeauth-${own}89abcdee`, '.homeauth-mine', 'file'];
    for (const name of [stale, orphan, ...kept.slice(1)]) await writeFile(join(base, name), '');
    await mkdir(join(base, '.homeauth'));
    const then = Date.now() / 1000 - 61;
    for (const name of [stale, '.homeauth-mine']) await utimes(join(base, name), then, then);
    await files.write(path, 'x', 0o600);
    expect((await readdir(base)).toSorted()).toEqual(kept);
  });
});

describe('create', () => {
  test('never touches what is there', async () => {
    expect(await files.create(path, 'one', 0o600)).toBe(true);
    expect(await files.create(path, 'two', 0o644)).toBe(false);
    expect(await readFile(path, 'utf8')).toBe('one');
    expect(await modeOf(path)).toBe(0o600);
    expect(await readdir(base)).toEqual(['file']);
  });

  test('a link to nothing counts as there', async () => {
    await symlink(join(base, 'nothing'), path);
    expect(await files.create(path, 'x', 0o600)).toBe(false);
    expect(await readdir(base)).toEqual(['file']);
  });

  test('of many at once exactly one wins, and its content is whole', async () => {
    const won = await Promise.all(Array.from({ length: 20 }, (_, n) => files.create(path, `${n}`.repeat(1000), 0o600)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await readFile(path, 'utf8')).toBe(`${won.indexOf(true)}`.repeat(1000));
  });
});

describe('overwrite', () => {
  test.each(['longer than before', 'x', ''])('keeps the inode, mode and owner: %j', async (content) => {
    await writeFile(path, 'before', { mode: 0o640 });
    const before = await lstat(path);
    await files.overwrite(path, content);
    const after = await lstat(path);
    expect([after.ino, after.mode, after.uid]).toEqual([before.ino, before.mode, before.uid]);
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  test('does not make a file', async () => {
    await expect(files.overwrite(path, 'x')).rejects.toMatchObject({ code: 'no-directory' });
  });
});

describe('directories', () => {
  test.runIf(me.uid === 0)('mode and owner are set, also on one that is there', async () => {
    const folder = join(base, 'db');
    await files.makeDirectory(folder, 0o750, { uid: 70, gid: 70 });
    expect(await files.stat(folder)).toMatchObject({ type: 'directory', mode: 0o750, owner: { uid: 70, gid: 70 } });
    await files.setAccess(folder, 0o700, { uid: 999, gid: 1000 });
    expect(await files.stat(folder)).toMatchObject({ mode: 0o700, owner: { uid: 999, gid: 1000 } });
  });

  test('a file where a directory belongs, or on the way to it, is named and left as it is', async () => {
    await writeFile(path, 'x', { mode: 0o644 });
    for (const at of [path, join(path, 'below'), join(path, 'far/below')])
      await expect(files.makeDirectory(at, 0o700, me)).rejects.toMatchObject({ code: 'not-a-directory' });
    expect(await modeOf(path)).toBe(0o644);
  });

  test('setAccess follows no link', async () => {
    await writeFile(path, 'x', { mode: 0o600 });
    await symlink(path, join(base, 'link'));
    await expect(files.setAccess(join(base, 'link'), 0o666, me)).rejects.toMatchObject({ code: 'unexpected-link' });
    expect(await modeOf(path)).toBe(0o600);
  });

  test('remove takes files and empty directories, and says when something is left', async () => {
    await mkdir(join(base, 'full'));
    await writeFile(join(base, 'full', 'x'), '');
    expect(await files.remove(join(base, 'full'))).toBe(false);
    expect(await files.remove(join(base, 'full', 'x'))).toBe(true);
    expect(await files.remove(join(base, 'full'))).toBe(true);
    expect(await files.remove(join(base, 'full'))).toBe(true);
  });

  test('removeTree follows no link', async () => {
    await mkdir(join(base, 'tree', 'deep'), { recursive: true });
    await writeFile(path, 'kept');
    await symlink(base, join(base, 'tree', 'deep', 'out'));
    await files.removeTree(join(base, 'tree'));
    await files.removeTree(join(base, 'tree'));
    expect(await readdir(base)).toEqual(['file']);
  });
});

test('a file where a directory should be, and the other way round', async () => {
  await writeFile(path, 'x');
  await expect(files.write(join(path, 'below'), 'y', 0o600)).rejects.toMatchObject({ code: 'not-a-directory' });
  await mkdir(join(base, 'folder'));
  await expect(files.write(join(base, 'folder'), 'y', 0o600)).rejects.toMatchObject({ code: 'is-a-directory' });
  await expect(files.read(join(base, 'folder'))).rejects.toMatchObject({ code: 'is-a-directory' });
  await expect(files.write(join(base, 'none', 'x'), 'y', 0o600)).rejects.toMatchObject({ code: 'no-directory' });
  expect((await readdir(base)).toSorted()).toEqual(['file', 'folder']);
});

test('links that go round in a circle', async () => {
  await symlink(path, path);
  await expect(files.read(path)).rejects.toMatchObject({ code: 'unexpected-link' });
  await expect(files.filesystem(path)).rejects.toMatchObject({ code: 'unexpected-link' });
});
