import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Step } from '../model/trust.ts';
import { codeOf } from './file-failures.ts';
import type { FileStat } from './world.ts';

/** As many links as Linux follows. */
const hops = 40;

/** Every name that the kernel goes through on the way to a path, links followed one by one, as far as it is there. */
export async function wayTo(path: string): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const left = resolve(path).split('/').filter(Boolean);
  let links = 0;
  for (let at = '/'; ; ) {
    const found = await lstat(at).catch((error) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (!found) return steps;
    steps.push({ path: at, ...statOf(found) });
    if (found.isSymbolicLink()) {
      if (++links > hops) throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
      const target = await readlink(at);
      left.unshift(...target.split('/').filter((name) => name !== '' && name !== '.'));
      at = target.startsWith('/') ? '/' : dirname(at);
      if (target.startsWith('/')) continue;
    }
    const name = left.shift();
    if (name === undefined) return steps;
    at = name === '..' ? dirname(at) : join(at, name);
  }
}

/** What of a stat(2) matters here. */
export function statOf(found: Stats): FileStat {
  const type = found.isFile()
    ? 'file'
    : found.isDirectory()
      ? 'directory'
      : found.isSymbolicLink()
        ? 'link'
        : ('other' as const);
  return { type, mode: found.mode & 0o7777, owner: { uid: found.uid, gid: found.gid }, size: found.size };
}
