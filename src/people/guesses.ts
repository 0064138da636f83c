import type { Installation } from '../installation/installation.ts';
import { retryUncertain } from './retry-uncertain.ts';

/**
 * authentik forgets how often a password was typed wrong: for one name, or for every name and address.
 * @returns how many scores were against somebody
 */
export async function forgetGuesses({ world }: Pick<Installation, 'world'>, username?: string): Promise<number> {
  const scores = await world.authentik.list('policies/reputation/scores', 'fresh');
  const bad = scores.filter(({ identifier, score = 0 }) => score < 0 && (username ?? identifier) === identifier);
  for (const { pk } of bad)
    if (pk) await retryUncertain(() => world.authentik.remove('policies/reputation/scores', pk));
  return bad.length;
}
