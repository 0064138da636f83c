import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { beforeEach, expect, test } from 'vitest';
import { nodeFiles } from '../../src/world/files.ts';
import { tarCommand } from '../../src/world/tar.ts';
import { textOf } from '../fakes/streams.ts';
import { temporary } from '../temporary.ts';

const files = nodeFiles();
const tar = tarCommand();
let base: string;
const at = (...names: string[]) => join(base, ...names);
beforeEach(async () => {
  base = await temporary();
});

test('what is poured is there whole, with its mode, and nothing is replaced', async () => {
  const told = await files.pour(at('a'), 0o600, async (into) => {
    for (let n = 0; n < 100; n++) into.write('x'.repeat(10_000));
    return 'told';
  });
  expect(told).toBe('told');
  expect(await lstat(at('a'))).toMatchObject({ size: 1_000_000, mode: 0o100600 });
  expect((await textOf(await files.stream(at('a')))).length).toBe(1_000_000);
  await expect(files.pour(at('a'), 0o600, async (into) => void into.write('y'))).rejects.toThrow(/EEXIST/);
  expect((await lstat(at('a'))).size).toBe(1_000_000);
});

test('where pouring fails nothing is left', async () => {
  const broken = async () => {
    throw new Error('broken');
  };
  await expect(files.pour(at('a'), 0o600, broken)).rejects.toThrow('broken');
  expect(await readdir(base)).toEqual([]);
});

test('a full disk is called one', async () => {
  // A file that takes nothing.
  const full = files.pour('/dev/full/x', 0o600, async () => {});
  await expect(full).rejects.toMatchObject({ code: 'not-a-directory' });
});

test('a file that is not there, and a link, are not read', async () => {
  await expect(files.stream(at('a'))).rejects.toThrow(/ENOENT|cannot be read/);
});

test('a name is given up for another', async () => {
  await writeFile(at('a'), 'a');
  await writeFile(at('b'), 'b');
  await files.rename(at('a'), at('b'));
  expect(await readFile(at('b'), 'utf8')).toBe('a');
  expect(await readdir(base)).toEqual(['b']);
});

test('tar gives back names, modes and contents', async () => {
  await files.makeDirectory(at('from', 'd', 'locks'), 0o700, { uid: 0, gid: 0 });
  await writeFile(at('from', 'd', 'a file'), 'x'.repeat(200_000), { mode: 0o640 });
  await writeFile(at('from', 'd', 'locks', 'l'), '');
  await files.pour(at('x.tar'), 0o600, (into) => tar.pack(at('from'), ['d'], ['d/locks'], into));
  expect(await tar.names(await files.stream(at('x.tar')))).toEqual(['d/', 'd/a file']);
  await files.makeDirectory(at('to'), 0o700, { uid: 0, gid: 0 });
  await tar.unpack(await files.stream(at('x.tar')), at('to'));
  expect((await readFile(at('to', 'd', 'a file'), 'utf8')).length).toBe(200_000);
  expect((await lstat(at('to', 'd', 'a file'))).mode & 0o777).toBe(0o640);
});

test('tar says what is wrong: a name that is not there, an archive that was cut off, no tar', async () => {
  const missing = files.pour(at('x.tar'), 0o600, (into) => tar.pack(base, ['nothing'], [], into));
  await expect(missing).rejects.toMatchObject({ code: 'tar-failed', details: expect.stringContaining('nothing') });
  expect(await readdir(base)).toEqual([]);
  await writeFile(at('f'), 'x'.repeat(50_000));
  await files.pour(at('x.tar'), 0o600, (into) => tar.pack(base, ['f'], [], into));
  await writeFile(at('cut.tar'), (await readFile(at('x.tar'))).subarray(0, 20_000));
  await expect(tar.names(await files.stream(at('cut.tar')))).rejects.toMatchObject({ code: 'tar-failed' });
  const none = tarCommand('no-such-tar').pack(base, ['f'], [], await openSink());
  await expect(none).rejects.toMatchObject({ code: 'tar-failed' });
});

async function openSink() {
  const { Writable } = await import('node:stream');
  const sink = new Writable({ write: (_, __, done) => done() });
  finished(sink).catch(() => {});
  return sink;
}
