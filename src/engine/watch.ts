import { notReady } from './errors.ts';
import type { Running } from './run.ts';
import { type Pending, unready } from './unready.ts';

/**
 * A look at what gets ready meanwhile, so that one that never will does not keep the run waiting for what it makes.
 * @returns what is not ready yet
 * @throws Failure where something never will be
 */
export async function keepWatch<F>(run: Running<F>): Promise<readonly Pending[]> {
  const pending = await unready([...run.meanwhile.values()], new Map(), run);
  for (const { change, isLost } of pending) {
    if (isLost) throw await notReady(run.kinds, run.world, change);
  }
  return pending;
}
