import type { Hints } from '../config/questions.ts';
import { likelyBaseDir } from './storage.ts';
import type { Surroundings } from './surroundings.ts';

/** What the interview offers: guessed from this machine, never taken without the owner's look at it. */
export async function guesses(world: Surroundings['world']): Promise<Hints> {
  const [address] = await world.host.addresses();
  return {
    baseDir: await likelyBaseDir(world),
    ...(address && { lanAddress: address.address }),
  };
}
