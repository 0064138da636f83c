import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeFiles } from '../../../../src/world/files.ts';
import type { OpenFiles } from '../../../fakes/files.ts';

/** Where homeauth writes; everything else is the machine's own. */
export const places = ['/srv', '/etc/homeauth', '/etc/homeauth.begun'];

/** homeauth's own adapter, on a real file system. */
export const realFiles = (): OpenFiles => ({
  ...nodeFiles(),
  snapshot: () => Object.fromEntries(places.flatMap(tree).toSorted()),
  put(path, content, mode = 0o644) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
  },
});

/** A path and all below it, in the words of the files in memory. */
function tree(path: string): [path: string, line: string][] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return [];
  const access = `${(found.mode & 0o7777).toString(8)} ${found.uid}:${found.gid}`;
  if (!found.isDirectory()) return [[path, `file ${access} ${readFileSync(path, 'utf8')}`]];
  return [[path, `directory ${access} `], ...readdirSync(path).flatMap((name) => tree(join(path, name)))];
}
