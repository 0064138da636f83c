import { Uncertain } from '../model/failure.ts';
import { type Id, idOf } from '../model/resource.ts';
import { interrupted } from './errors.ts';
import { type Kind, named } from './kind.ts';
import { observeUntilKnown, type Step } from './observe.ts';
import { attempts, type Running, sideBySide } from './run.ts';

/**
 * Put the steps of a stage right, side by side, each as soon as those that it comes `after` are done. One whose answer
 * was lost is looked at again, and repeated only where it did not happen.
 */
export async function applySteps<F>(steps: readonly Step[], run: Running<F>): Promise<void> {
  const begun = new Map<Id, Promise<void>>();
  await sideBySide(steps, (step) => {
    // What comes first stands earlier in the list, so it was begun earlier: nothing waits for what waits for it.
    const before = (step.resource.after ?? []).map((id) => begun.get(id));
    const done = Promise.all(before).then(() => untilSure(step, run));
    begun.set(idOf(step.resource), done);
    return done;
  });
}

async function untilSure<F>(first: Step, run: Running<F>): Promise<void> {
  let step: Step | undefined = first;
  for (let n = 1; step; n++) {
    const lost = await touchOnce(step, run);
    if (!lost) return;
    [step] = await observeUntilKnown([step.resource], run);
    if (step && n === attempts) throw lost;
    if (step) await run.world.clock.sleep(1000 * n);
  }
}

/** @returns why it is not known whether it happened, where it is not */
async function touchOnce<F>({ resource, change, have }: Step, run: Running<F>): Promise<Uncertain | undefined> {
  if (run.signal.aborted) throw interrupted(`before ${named(change.id, run.kinds)}`);
  run.progress({ is: 'touching', change });
  let lost: Uncertain | undefined;
  try {
    await (run.kinds[resource.kind] as Kind<unknown>).apply?.(resource.key, resource.spec, run.world, have);
  } catch (error) {
    if (!(error instanceof Uncertain)) throw error;
    lost = error;
  }
  run.progress({ is: 'touched', change });
  return lost;
}
