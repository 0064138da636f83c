import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../../src/model/resource.ts';

/** Their insides are the affair of the programs that they belong to. */
const closed = new Set(['db', 'data', 'certs', 'templates', 'config']);

/** What lies in a directory: mode, owner and name of each thing, a line each. */
export async function tree(
  directory: string,
  noted: (path: string) => Owner | undefined = () => undefined,
  depth = 0,
): Promise<string[]> {
  const names = (await readdir(directory)).sort();
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const found = await lstat(path);
      const wished = noted(path);
      const { uid, gid } = wished ?? found;
      const mode = (found.mode & 0o7777).toString(8).padStart(4, '0');
      const folder = found.isDirectory();
      const line = `${mode}  ${`${uid}:${gid}${wished ? '*' : ''}`.padEnd(10)}  ${'  '.repeat(depth)}${name}${folder ? '/' : ''}`;
      const below = folder && !closed.has(name) ? await tree(path, noted, depth + 1) : [];
      return [line, ...below];
    }),
  );
  return entries.flat();
}
