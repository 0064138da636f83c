import { Uncertain } from '../model/failure.ts';

/** How often a change whose answer was lost is begun in all. */
const attempts = 3;

/**
 * Make a change that looks before it acts, or may be made twice without harm: it is made again where its answer was
 * lost.
 * @throws Uncertain when the answer was lost every time
 */
export async function retryUncertain(change: () => Promise<unknown>): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      await change();
      return;
    } catch (error) {
      if (!(error instanceof Uncertain) || n === attempts) throw error;
    }
  }
}
