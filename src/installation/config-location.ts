import { dirname } from 'node:path/posix';
import { layoutOf } from '../desired/layout.ts';
import { Failure } from '../model/failure.ts';
import { byFlag } from '../model/setting.ts';
import type { Files, World } from '../world/world.ts';

/**
 * homeauth.yaml lies in the installation that it describes: a second copy would be edited by some commands and written
 * by others. Two paths that lead to the same file, by a link, are one.
 * @throws Failure config-elsewhere, base-dir-changed
 */
export async function assertConfigLocation(path: string, baseDir: string, files: Files): Promise<void> {
  const home = layoutOf(baseDir).config;
  if (path === home) return;
  const [here, there] = await Promise.all([files.filesystem(path), files.filesystem(home)]);
  if (here.realPath === there.realPath) return;
  const holder = dirname(dirname(path));
  if (path === layoutOf(holder).config) throw changed(path, holder, baseDir);
  throw elsewhere(path, home, (await files.stat(home)) !== undefined);
}

const changed = (path: string, holder: string, baseDir: string): Failure =>
  new Failure({
    code: 'base-dir-changed',
    problem: `${path} says base-dir: ${baseDir}, and lies below ${holder}.`,
    why: 'base-dir is the directory that the installation is in. homeauth cannot move one: it would make a second beside it, without your data. Nothing was changed.',
    fix: `Write into the file:  base-dir: ${holder}`,
  });

const elsewhere = (path: string, home: string, isThere: boolean): Failure =>
  new Failure({
    code: 'config-elsewhere',
    problem: `${path} is a copy: its base-dir makes ${home} the file that counts.`,
    why: 'homeauth keeps homeauth.yaml in the installation itself, and edits it there. Of two, one would soon be wrong. Nothing was changed.',
    fix: isThere
      ? `Use that one, with what you changed here:  --config ${home}`
      : [`Move it there:  mkdir -p ${dirname(home)} && mv ${path} ${home}`, `Then:  homeauth init --config ${home}`],
  });

/** Whether an installation is yet to be made: its homeauth.yaml is in nobody's hands. */
export const isFirst = async (path: string, { files }: Pick<World, 'files'>): Promise<boolean> =>
  (await files.stat(path)) === undefined;

/** A refusal sends nobody to a file that is not there yet: until the first write, what it comes to names flags. */
export async function namingFlags<T>(path: string, world: Pick<World, 'files'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || !(await isFirst(path, world))) throw error;
    throw new Failure(byFlag(error), { cause: error.cause });
  }
}
