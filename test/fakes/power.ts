import type { Runtime } from '../../src/installation/command-runtime.ts';
import { gated } from './gate.ts';
import type { FakeWorld } from './world.ts';

export class PowerCut extends Error {}

export interface Power {
  /** How many effects there were; the last is the one at which it ended. */
  readonly effects: readonly string[];
  /** For the one process that is cut. */
  readonly over: Partial<Runtime>;
}

/**
 * One process's view of a machine, cut off at its n-th effect: before it happened, or after it happened and before
 * anybody heard of it. From then on nothing that this process tries reaches the machine any more.
 */
export function cutAt(fake: FakeWorld, n = Number.POSITIVE_INFINITY, when: 'before' | 'after' = 'before'): Power {
  const effects: string[] = [];
  let isDead = false;
  const over = gated(fake, async ({ name, changes }, work) => {
    if (isDead) throw new PowerCut('dead');
    if (!changes) return work();
    effects.push(name);
    const isLast = effects.length === n;
    if (isLast && when === 'before') isDead = true;
    if (isDead) throw new PowerCut(name);
    const result = await work();
    if (isLast) isDead = true;
    if (isDead) throw new PowerCut(name);
    return result;
  });
  return { effects, over };
}
