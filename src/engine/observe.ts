import type { Change } from '../model/change.ts';
import type { Failure } from '../model/failure.ts';
import { type Id, idOf, type Observed, type Resource } from '../model/resource.ts';
import { interrupted, notReady } from './errors.ts';
import { named } from './kind.ts';
import { lineFor } from './ledger.ts';
import { patience, signsOf } from './patience.ts';
import { judge, observeAll } from './plan.ts';
import type { Run, Running } from './run.ts';
import { keepWatch } from './wait-ready.ts';

/** A resource that is not as it should be. */
export interface Step {
  readonly resource: Resource;
  readonly change: Change;
  /** What is there now. */
  readonly have: unknown;
  /** What was last heard from what it cannot be seen behind. */
  readonly line?: string;
  /** What keeps it from being seen, where that is known, and whether waiting for it is of no use. */
  readonly failure?: Failure;
  readonly isLost?: true;
}

/** How long something may be out of sight in the middle of a run, in ms: a restart of authentik takes 5 s. */
const outOfSight = 60_000;

/** What is wrong, once everything can be seen: an earlier stage may still be coming up. */
export async function observeUntilKnown<F>(want: readonly Resource[], run: Running<F>): Promise<Step[]> {
  const { kinds, world } = run;
  const waited = patience(world.clock);
  for (;;) {
    const steps = await look(want, run);
    const hidden = steps.find(({ change }) => change.op === 'later');
    if (!hidden) return steps;
    const { change, line, failure, isLost } = hidden;
    if (isLost && failure) throw failure;
    const usual = Math.max(kinds[hidden.resource.kind].patience ?? 0, outOfSight);
    const { id, because } = change;
    const wait = waited(id, usual, signsOf(because, line));
    if (wait.elapsed >= wait.limit) throw failure ?? (await notReady(kinds, world, change, 'out-of-sight', wait));
    if (run.signal.aborted) throw interrupted(`while waiting for ${named(id, run.kinds)}`);
    const heard = line === undefined ? {} : { line };
    run.progress({ is: 'waiting', id, because, ...heard, elapsed: wait.elapsed, limit: wait.limit });
    await keepWatch(run);
    await world.clock.sleep(1000);
  }
}

/** One look at something that may be out of sight for a moment; `unknown` where it stays so. */
export async function onceVisible<F>(
  id: Id,
  look: () => Promise<Observed>,
  { world: { clock }, signal, progress }: Run<F>,
): Promise<Observed> {
  const began = clock.now();
  for (;;) {
    const found = await look();
    const elapsed = clock.now() - began;
    if (found.is !== 'unknown' || elapsed >= outOfSight || signal.aborted) return found;
    progress({ is: 'waiting', id, because: [found.because], elapsed, limit: outOfSight });
    await clock.sleep(1000);
  }
}

async function look<F>(want: readonly Resource[], { kinds, world, ledger }: Run<F>): Promise<Step[]> {
  if (want.length === 0) return [];
  const made = await ledger.read();
  const seen = await observeAll(want, kinds, world);
  return want.flatMap((resource): Step[] => {
    const found: Observed = seen.get(idOf(resource)) ?? { is: 'absent' };
    const change = judge(kinds, resource, found, lineFor(made, resource));
    if (!change) return [];
    const { line, failure, isLost } = found.is === 'unknown' ? found : {};
    return [
      {
        resource,
        change,
        have: found.is === 'present' ? found.spec : undefined,
        ...(line !== undefined && { line }),
        ...(failure && { failure }),
        ...(isLost && { isLost }),
      },
    ];
  });
}
