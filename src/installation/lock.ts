import { Failure, stopped } from '../model/failure.ts';
import { duration } from '../report/time.ts';
import type { Holder, World } from '../world/world.ts';
import type { Runtime } from './command-runtime.ts';
import type { Installation } from './installation.ts';
import { assertNotUpgrading } from './upgrading.ts';

/**
 * Change an installation alone, and tell its user for whom one waits meanwhile.
 * @throws Failure locked, interrupted, upgrade-unfinished
 */
export function hold<T>(
  installation: Pick<Installation, 'runtime' | 'layout'>,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  const { runtime, layout } = installation;
  return alone(runtime, layout.root, command, waitingIn(runtime), async () => {
    if (!runtime.overUpgrade) await assertNotUpgrading({ world: runtime.world, layout });
    return work();
  });
}

/**
 * Holds, from its first look to its end, what may go on although an upgrade was interrupted: each part of a step is
 * held by itself, and none of another run may come between them.
 * @throws Failure locked, interrupted
 */
export function holdUpgrade<T>(
  { runtime, layout }: Pick<Installation, 'runtime' | 'layout'>,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  return alone(runtime, layout.upgrading, command, waitingIn(runtime), work);
}

function waitingIn({ terminal }: Runtime) {
  let told: string | undefined;
  return (who: string, waited: number, limit: number) => {
    // A line that stays, in whatever the output goes to: the other may take minutes.
    if (who !== told) terminal.say(`Waiting for ${who}, for ${duration(limit)} at most.`);
    told = who;
    terminal.live(`· waiting for ${who}   ${duration(waited)} of at most ${duration(limit)}`);
  };
}

/**
 * Do something that changes an installation while nobody else does. A second run waits for the first one, and says
 * for whom it waits, and for how long at most its user may choose.
 */
async function alone<T>(
  { world, signal, patience = usual }: Runtime,
  root: string,
  command: string,
  waiting: (who: string, waited: number, limit: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  const began = world.clock.now();
  for (;;) {
    if (signal.aborted) throw stopped(', before anything was changed.');
    const holder = { pid: process.pid, command, since: new Date().toISOString() };
    const taken = await world.locks.take(root, holder);
    if ('release' in taken) return work().finally(() => taken.release());
    const who = named(taken.heldBy);
    const waited = world.clock.now() - began;
    if (waited >= patience) throw locked(who);
    waiting(who, waited, patience);
    await pause(world.clock, signal);
  }
}

/** How long a second run waits for the first, in ms, unless told: as long as the longest step may take. */
const usual = 15 * 60_000;

const named = (holder: Holder | undefined): string =>
  holder ? `homeauth ${holder.command} (process ${holder.pid}, since ${holder.since})` : 'another homeauth';

/** Half a second, or less where somebody stops it. Leaves no listener: one command takes the lock many times. */
async function pause(clock: World['clock'], signal: AbortSignal): Promise<void> {
  let stop = (): void => {};
  const aborted = new Promise<void>((done) => {
    stop = done;
  });
  signal.addEventListener('abort', stop);
  await Promise.race([clock.sleep(500), aborted]).finally(() => signal.removeEventListener('abort', stop));
}

const locked = (who: string): Failure =>
  new Failure({
    code: 'locked',
    problem: `${who} is already working on this installation.`,
    why: 'Two at once would undo each other.',
    fix: 'Wait until it has finished, then run the command again. With --wait MINUTES the command itself waits that long.',
  });
