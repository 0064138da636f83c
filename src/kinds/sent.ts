import { createHash } from 'node:crypto';
import type { Setting } from '../model/app-setting.ts';
import { reveal, Secret } from '../model/secret.ts';
import type { World } from '../world/world.ts';

/** What an app never tells is known by a mark of what it was last sent, in a file of ours. */
export const markOf = (values: readonly Setting['value'][]): string =>
  createHash('sha256')
    .update(JSON.stringify(values.map((value) => (value instanceof Secret ? reveal(value) : value))))
    .digest('hex');

export const markIn = async (path: string, { files }: Pick<World, 'files'>): Promise<string | undefined> =>
  (await files.read(path))?.trim();

/** Keeps the mark; without one the file goes. */
export async function keepMark(path: string, mark: string | undefined, { files }: Pick<World, 'files'>): Promise<void> {
  if (mark === undefined) await files.remove(path);
  else await files.write(path, `${mark}\n`, 0o600);
}
