import { Failure } from '../model/failure.ts';
import type { Installation } from './installation.ts';
import type { Surroundings } from './surroundings.ts';

/** Change an installation alone, and tell its user for whom one waits meanwhile. */
export function hold<T>(
  { surroundings, layout }: Pick<Installation, 'surroundings' | 'layout'>,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  const { terminal } = surroundings;
  const waiting = (who: string) => terminal.live(`· waiting for ${who}`);
  return alone(surroundings, layout.root, command, waiting, work);
}

/**
 * Do something that changes an installation while nobody else does. A second run waits for the first one, and says
 * for whom it waits, and for how long at most its user may choose.
 */
async function alone<T>(
  { world, signal, patience = usual }: Surroundings,
  root: string,
  command: string,
  waiting: (who: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const limit = world.clock.now() + patience;
  for (;;) {
    const holder = { pid: process.pid, command, since: new Date().toISOString() };
    const taken = await world.locks.take(root, holder);
    if ('release' in taken) return work().finally(() => taken.release());
    const who = `homeauth ${taken.heldBy.command} (process ${taken.heldBy.pid}, since ${taken.heldBy.since})`;
    if (signal.aborted || world.clock.now() >= limit) {
      throw new Failure({
        code: 'locked',
        problem: `${who} is at work on this installation.`,
        why: 'Two at once would undo each other.',
        fix: 'Wait until it is through, then run the command again. With --wait MINUTES it waits by itself, for that long.',
      });
    }
    waiting(who);
    await world.clock.sleep(500);
  }
}

/** How long a second run waits for the first, in ms, unless told: as long as the longest step may take. */
const usual = 15 * 60_000;
