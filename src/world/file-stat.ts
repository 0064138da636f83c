import type { Stats } from 'node:fs';
import type { FileStat } from './world.ts';

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
