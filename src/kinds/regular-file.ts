import { Failure } from '../model/failure.ts';
import { differs, type Reason } from '../model/reason.ts';
import type { FileStat, Files } from '../world/world.ts';

/**
 * What is known of a file; undefined where there is nothing.
 * @throws Failure for a directory, a link or anything else in its place
 */
export async function regularFile(path: string, files: Files): Promise<FileStat | undefined> {
  const found = await files.stat(path);
  if (!found || found.type === 'file') return found;
  if (found.type === 'directory') {
    throw new Failure({
      code: 'is-a-directory',
      problem: `${path} is a directory, but homeauth needs a file there.`,
      why: 'Docker creates such a directory when a container should mount a file that does not exist.',
      fix: `Look into it, and remove it if it is empty:  rmdir ${path}`,
    });
  }
  throw new Failure({
    code: found.type === 'link' ? 'unexpected-link' : 'not-a-file',
    problem: `${path} is ${found.type === 'link' ? 'a symbolic link' : 'no ordinary file'}, but homeauth needs an ordinary file there.`,
    why: 'Writing to it could change something else.',
    fix: `See what it is, and move it away:  ls -l ${path}`,
  });
}

/** Permission bits as people write them. */
export const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

export const otherMode = (is: number, should: number): Reason[] =>
  is === should ? [] : [differs('mode', `mode ${octal(is)} → ${octal(should)}`)];
