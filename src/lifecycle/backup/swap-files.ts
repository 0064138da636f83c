import { dirname, join } from 'node:path/posix';
import { pipeline } from 'node:stream/promises';
import type { Files } from '../../world/world.ts';

const root = { uid: 0, gid: 0 };

/** The directory whose files are exchanged one by one, so that none of them is missing for a moment. */
const singly = '.homeauth';

/**
 * Puts what lies in `fresh` into `live`, and what was there into `kept`. A file is there at every moment, as it was or as
 * it will be; a directory is exchanged as a whole. What `fresh` has not stays.
 */
export async function swap(fresh: string, live: string, kept: string, files: Files): Promise<void> {
  for (const name of await namesIn(fresh, files)) {
    const [from, to, aside] = [fresh, live, kept].map((place) => join(place, name)) as [string, string, string];
    const there = await files.stat(to);
    const isFile = there?.type === 'file' && (await files.stat(from))?.type === 'file';
    if (there && !(await files.stat(dirname(aside)))) await files.makeDirectory(dirname(aside), 0o700, root);
    if (isFile)
      await files.pour(aside, there.mode, async (into) => pipeline(await files.stream(to), into, { end: false }));
    else if (there) await files.rename(to, aside);
    await files.rename(from, to);
  }
}

async function namesIn(place: string, files: Files): Promise<string[]> {
  const all: string[] = [];
  for (const name of (await files.list(place)) ?? []) {
    if (name !== singly) all.push(name);
    else for (const below of (await files.list(join(place, name))) ?? []) all.push(`${name}/${below}`);
  }
  return all;
}
