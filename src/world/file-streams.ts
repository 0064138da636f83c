import { constants, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { syncDirectory } from './file-replace.ts';

/** A file's bytes, from a handle that is open already: what is wrong with the path is known at once. */
export async function openToRead(path: string): Promise<Readable> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  return handle.createReadStream();
}

/** A new file of what is poured into it, durable when this returns; nothing where that fails. */
export async function pourFile<T>(path: string, mode: number, pour: (into: Writable) => Promise<T>): Promise<T> {
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
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
  if (dirname(from) !== dirname(to)) await syncDirectory(dirname(from));
}
