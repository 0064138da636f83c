import { constants, createWriteStream } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Failure } from '../model/failure.ts';
import type { Owner } from '../model/resource.ts';
import { codeOf, inWords } from './file-failures.ts';
import { createFile, replaceFile, rewriteFile, syncDirectory } from './file-replace.ts';
import { findFilesystem } from './filesystem.ts';
import { statOf, wayTo } from './symlinks.ts';
import type { Files } from './world.ts';

/** The machine's own files. Every error that a person can do something about is a Failure. */
export function nodeFiles(): Files {
  return {
    read: (path) => inWords(path, 'read', () => orUndefined(readText(path), 'ENOENT')),
    stat: (path) =>
      inWords(path, 'looked at', async () => {
        const found = await orUndefined(lstat(path), 'ENOENT');
        return found && statOf(found);
      }),
    list: (path) => inWords(path, 'listed', () => orUndefined(readdir(path), 'ENOENT', 'ENOTDIR')),
    way: (path) => inWords(path, 'looked at', () => wayTo(path)),
    filesystem: (path) => inWords(path, 'looked at', () => findFilesystem(path)),
    write: (path, content, mode) => inWords(path, 'written', () => replaceFile(path, content, mode)),
    create: (path, content, mode) => inWords(path, 'made', () => createFile(path, content, mode)),
    overwrite: (path, content) => inWords(path, 'written', () => rewriteFile(path, content)),
    stream: (path) => inWords(path, 'read', () => openToRead(path)),
    pour: (path, mode, pour) => inWords(path, 'written', () => pourFile(path, mode, pour)),
    rename: (from, to) => inWords(from, 'given another name', () => renameDurably(from, to)),
    makeDirectory: (path, mode, owner) => inWords(path, 'made', () => makeDirectory(path, mode, owner)),
    setAccess: (path, mode, owner) => inWords(path, 'given another mode or owner', () => setAccess(path, mode, owner)),
    remove: (path) => inWords(path, 'removed', () => remove(path)),
    removeTree: (path) => inWords(path, 'removed', () => removeTree(path)),
  };
}

async function orUndefined<T>(work: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  return work.catch((error) => {
    if (codes.includes(codeOf(error))) return undefined;
    throw error;
  });
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Failure({
      code: 'not-text',
      problem: `${path} cannot be read: it is not text in UTF-8.`,
      fix: `See what it is, and move it away if it does not belong there:  file ${path}`,
    });
  }
}

async function makeDirectory(path: string, mode: number, owner: Owner): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    // So it names a file that is in the way.
    throw codeOf(error) === 'EEXIST' ? Object.assign(error, { code: 'ENOTDIR' }) : error;
  });
  // Nobody else gets in before the owner is right.
  await mkdir(path, 0o700).catch((error) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  // A file that is there in its place is not touched.
  await setAccess(path, mode, owner, constants.O_DIRECTORY);
  await syncDirectory(dirname(path));
}

/** Through a handle that follows no link: below a directory of another user, a path may be swapped at any time. */
async function setAccess(path: string, mode: number, owner: Owner, more = 0): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | more);
  try {
    const now = await handle.stat();
    if (now.uid !== owner.uid || now.gid !== owner.gid) await handle.chown(owner.uid, owner.gid);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function remove(path: string): Promise<boolean> {
  const found = await orUndefined(lstat(path), 'ENOENT');
  if (!found) return true;
  try {
    await (found.isDirectory() ? rmdir(path) : unlink(path));
  } catch (error) {
    // EBUSY: something is mounted there, which counts as holding something.
    if (['ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(codeOf(error))) return false;
    throw error;
  }
  await syncDirectory(dirname(path));
  return true;
}

async function removeTree(path: string): Promise<void> {
  const found = await orUndefined(lstat(path), 'ENOENT');
  const names = found?.isDirectory() ? await readdir(path) : [];
  for (const name of names) await rm(join(path, name), { recursive: true, force: true });
  await remove(path);
}

/** A file's bytes, from a handle that is open already: what is wrong with the path is known at once. */
async function openToRead(path: string): Promise<Readable> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  return handle.createReadStream();
}

/** A new file of what is poured into it, durable when this returns; nothing where that fails. */
async function pourFile<T>(path: string, mode: number, pour: (into: Writable) => Promise<T>): Promise<T> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.chmod(mode);
    // By its number: a handle waits with its own end for the streams that it has made.
    const into = createWriteStream(path, { fd: handle.fd, autoClose: false });
    // Whoever pours hears of it by its own write; what nobody waits for must not end the process.
    into.on('error', () => {});
    const result = await pour(into);
    await new Promise<void>((resolve, reject) => {
      into.end((error?: Error | null) => (error ? reject(error) : resolve()));
    });
    await handle.sync();
    await handle.close();
    await syncDirectory(dirname(path));
    return result;
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(path, { force: true });
    throw error;
  }
}

/** Both directories know the new name, or the old one, whatever happens. */
async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
  if (dirname(from) !== dirname(to)) await syncDirectory(dirname(from));
}
