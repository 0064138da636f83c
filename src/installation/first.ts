import { Failure } from '../model/failure.ts';
import { byFlag } from '../model/setting.ts';
import type { World } from '../world/world.ts';

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
