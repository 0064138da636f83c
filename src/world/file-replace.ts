import { randomBytes } from 'node:crypto';
import { type FileHandle, link, lstat, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './file-failures.ts';

const prefix = '.homeauth-';
const temporary = /^\.homeauth-[0-9a-f]{16}$/;
/** Older than any write takes, in ms: its writer is gone, even where another process has its number now. */
const abandoned = 60_000;

/** Makes a directory's entries durable. Some file systems cannot do that and refuse; nothing better is to be had there. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}

/** A finished file under a temporary name takes the place of `path` at one instant, with the owner of the old one. */
export async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  await withTemporary(path, content, mode, (temp) => rename(temp, path));
}

/** A finished file appears at `path` at one instant, unless something is there already: false then. */
export async function createFile(path: string, content: string, mode: number): Promise<boolean> {
  if (await there(path)) return false;
  let made = true;
  await withTemporary(path, content, mode, async (temp) => {
    try {
      await link(temp, path);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') made = false;
      else if (['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'EMLINK'].includes(codeOf(error))) {
        made = await createWithoutLinks(path, content, mode);
      } else throw error;
    }
  });
  return made;
}

/** Rewrites the file that is there. Where that fails half-way (a full disk), the old content is put back. */
export async function rewriteFile(path: string, content: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    const old = await handle.readFile();
    try {
      await fill(handle, Buffer.from(content));
    } catch (error) {
      await fill(handle, old).catch(() => {});
      throw error;
    }
  } finally {
    await handle.close();
  }
}

async function fill(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, bytes.length - at, at)).bytesWritten;
  await handle.truncate(bytes.length);
  await handle.sync();
}

async function withTemporary(
  path: string,
  content: string,
  mode: number,
  place: (temp: string) => Promise<void>,
): Promise<void> {
  const directory = dirname(path);
  await sweep(directory);
  const temp = join(
    directory,
    `${prefix}${process.pid.toString(16).padStart(8, '0')}${randomBytes(4).toString('hex')}`,
  );
  const handle = await open(temp, 'wx', mode);
  try {
    try {
      const old = await there(path);
      if (old?.isFile()) await handle.chown(old.uid, old.gid);
      await handle.chmod(mode);
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await place(temp);
  } finally {
    await rm(temp, { force: true });
  }
  await syncDirectory(directory);
}

/** For file systems without hard links (FAT, some network shares): exclusive, but not at one instant. */
async function createWithoutLinks(path: string, content: string, mode: number): Promise<boolean> {
  const handle = await open(path, 'wx', mode).catch((error) => {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (!handle) return false;
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

async function there(path: string) {
  return lstat(path).catch((error) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

/** Removes what an earlier crash left behind. */
async function sweep(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => temporary.test(name));
  for (const name of names) {
    const path = join(directory, name);
    const found = await there(path);
    const isOld = found !== undefined && Date.now() - found.mtimeMs > abandoned;
    if (found?.isFile() && (isOld || !lives(writerOf(name)))) await rm(path, { force: true });
  }
}

/** Its process is the first half of a temporary name. */
const writerOf = (name: string): number => Number.parseInt(name.slice(prefix.length, prefix.length + 8), 16);

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
