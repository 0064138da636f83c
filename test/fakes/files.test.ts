import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { nodeFiles } from '../../src/world/files.ts';
import type { Files } from '../../src/world/world.ts';
import { temporary } from '../temporary.ts';
import { memoryFiles } from './files.ts';

const me = { uid: process.getuid!(), gid: process.getgid!() };

let base: string;
beforeEach(async () => {
  base = await temporary();
});

const calls: Readonly<Record<string, (files: Files, path: string) => Promise<unknown>>> = {
  read: (files, path) => files.read(path),
  stat: async (files, path) => (await files.stat(path))?.type,
  list: async (files, path) => (await files.list(path))?.toSorted(),
  write: (files, path) => files.write(path, 'new', 0o600),
  create: (files, path) => files.create(path, 'new', 0o600),
  overwrite: (files, path) => files.overwrite(path, 'new'),
  makeDirectory: (files, path) => files.makeDirectory(path, 0o700, me),
  setAccess: (files, path) => files.setAccess(path, 0o600, me),
  remove: (files, path) => files.remove(path),
  removeTree: (files, path) => files.removeTree(path),
};
const places = ['file', 'empty', 'full', 'nothing', 'nothing/below', 'file/below', 'file/far/below'];

/** What a call comes to: its answer or the code of its error, and what is there afterwards. */
async function outcome(files: Files, call: string, path: string): Promise<readonly unknown[]> {
  const ends = await calls[call]!(files, path).then(
    (answer) => answer,
    (error: { code: string }) => `${error.constructor.name} ${error.code}`,
  );
  const left = async (at: string): Promise<readonly unknown[]> => {
    const found = (await files.stat(at))!;
    const mode = found.mode.toString(8);
    if (found.type === 'file') return [at, mode, await files.read(at)];
    const names = ((await files.list(at)) ?? []).toSorted();
    return [at, mode, ...(await Promise.all(names.map((name) => left(join(at, name)))))];
  };
  return [ends, await left(base)];
}

test.each(Object.keys(calls))('%s does in memory what it does on a disk', async (call) => {
  for (const place of places) {
    await rm(base, { recursive: true });
    for (const name of ['empty', 'full']) await mkdir(join(base, name), { recursive: true, mode: 0o755 });
    for (const name of ['file', 'full/inner']) await writeFile(join(base, name), 'old', { mode: 0o644 });
    const inMemory = memoryFiles();
    await inMemory.makeDirectory(base, 0o755, me);
    for (const name of ['empty', 'full']) await inMemory.makeDirectory(join(base, name), 0o755, me);
    for (const name of ['file', 'full/inner']) inMemory.put(join(base, name), 'old');
    const real = await outcome(nodeFiles(), call, join(base, place));
    expect([place, ...(await outcome(inMemory, call, join(base, place)))]).toEqual([place, ...real]);
  }
});
