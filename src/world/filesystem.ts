import { open, readFile, readlink, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf } from './file-failures.ts';
import type { Filesystem } from './world.ts';

/** open(2): a name in the file system, without reading or writing what it names. Node has no constant for it. */
const O_PATH = 0o10000000;
/** As many links as Linux follows. */
const hops = 40;

/** The file system that holds `path`, or would: asked from the kernel by mount id, so that overmounts are seen right. */
export async function findFilesystem(path: string): Promise<Filesystem> {
  const realPath = await followLinks(resolve(path), hops);
  const nearest = await nearestThere(realPath);
  const [mount, { bfree, bsize }] = await Promise.all([mountOf(nearest), statfs(nearest)]);
  return { realPath, ...mount, free: bfree * bsize };
}

/** Like realpath(3), also for a path whose end, or whose link's target, does not exist. */
async function followLinks(path: string, left: number): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const here = join(await followLinks(dirname(path), left), basename(path));
  const target = await readlink(here).catch(() => undefined);
  if (target === undefined) return here;
  if (left === 0) throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
  return followLinks(resolve(dirname(here), target), left - 1);
}

async function nearestThere(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return nearestThere(dirname(path));
  }
}

async function mountOf(path: string): Promise<Pick<Filesystem, 'type' | 'source' | 'target' | 'readOnly'>> {
  const handle = await open(path, O_PATH);
  try {
    const [info, mounts] = await Promise.all([
      readFile(`/proc/self/fdinfo/${handle.fd}`, 'utf8'),
      readFile('/proc/self/mountinfo', 'utf8'),
    ]);
    const id = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
    const line = mounts.split('\n').find((mount) => mount.startsWith(`${id} `));
    if (!line) throw new Error(`no mount ${id} in /proc/self/mountinfo`);
    return parseMount(line);
  } finally {
    await handle.close();
  }
}

/** A line of /proc/self/mountinfo, as proc_pid_mountinfo(5) describes it. */
function parseMount(line: string): Pick<Filesystem, 'type' | 'source' | 'target' | 'readOnly'> {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , , target = '', options = ''] = before.split(' ');
  const [type = '', source = '', superOptions = ''] = after.split(' ');
  const readOnly = [options, superOptions].some((list) => list.split(',').includes('ro'));
  return { type, source: unescaped(source), target: unescaped(target), readOnly };
}

/** Spaces, tabs, newlines and backslashes are octal there, byte by byte. */
const unescaped = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
