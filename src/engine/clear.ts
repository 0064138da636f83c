import type { Change } from '../model/change.ts';
import { Uncertain } from '../model/failure.ts';
import { type Observed, parseId, type Resource } from '../model/resource.ts';
import type { Kind } from './kind.ts';
import type { Made } from './ledger.ts';
import { onceVisible } from './look.ts';
import { type Leftover, leftovers } from './plan.ts';
import { attempts, type Run } from './run.ts';
import { interrupted } from './shortfall.ts';

/**
 * Let go of what the ledger has and nobody wants: remove it, or give it back as it was. Newest first; what holds the
 * ledger goes last, and stays while anything else was kept.
 */
export async function clear<F>(want: readonly Resource[], run: Run<F>): Promise<Change[]> {
  const done: Change[] = [];
  let ledger = await run.ledger.read();
  for (const over of homeLast(leftovers(want, ledger, run.purge ?? false))) {
    if (run.signal.aborted) throw interrupted(`before the removal of ${over.made.id}`);
    const empty = ledger.every(({ home }) => home);
    if (over.made.home && empty) await run.ledger.close();
    const change = over.made.home && !empty ? keep(over.made, 'holds what was kept') : await letGo(over, run);
    if (change?.op !== 'keep') {
      ledger = ledger.filter(({ id }) => id !== over.made.id);
      await run.ledger.save(ledger);
    }
    // What stays although other things are wanted is no news: it is told when everything goes.
    if (!change || over.silent || (change.op === 'keep' && want.length > 0)) continue;
    run.progress({ is: 'done', change, elapsed: 0 });
    done.push(change);
  }
  return done;
}

const homeLast = (all: readonly Leftover[]): Leftover[] => [
  ...all.filter(({ made }) => !made.home),
  ...all.filter(({ made }) => made.home),
];

const keep = ({ id }: Made, why: string): Change => ({ op: 'keep', id, because: [why] });

/**
 * A touch whose answer was lost is looked at again, and repeated only where it did not happen.
 * @returns what was done; nothing where it was gone already
 */
async function letGo<F>({ change, made, silent }: Leftover, run: Run<F>): Promise<Change | undefined> {
  if (change.op === 'keep' || silent) return change;
  const { kind: name, key } = parseId(made.id);
  const kind = run.kinds[name] as Kind<unknown>;
  let found: Observed = await kind.observe(key, run.world);
  if (found.is === 'absent') return undefined;
  if (found.is === 'present' && made.ours !== undefined && kind.keeps?.(made.ours, found.spec)) {
    return keep(made, 'holds text of yours');
  }
  for (let n = 1; ; n++) {
    const lost: Uncertain | undefined = await touch(made, kind, found, run);
    run.progress({ is: 'touched', change });
    if (!lost && made.before !== undefined) return change;
    found = lost
      ? await onceVisible(made.id, () => kind.observe(key, run.world), run)
      : await kind.observe(key, run.world);
    if (!lost) return found.is === 'present' ? keep(made, 'holds something that homeauth did not make') : change;
    if (found.is === 'absent') return change;
    if (found.is === 'unknown' || n === attempts) throw lost;
    await run.world.clock.sleep(1000 * n);
  }
}

/** @returns why it is not known whether it happened, where it is not */
async function touch<F>(
  made: Made,
  kind: Kind<unknown>,
  found: Observed,
  { world, purge }: Run<F>,
): Promise<Uncertain | undefined> {
  const { key } = parseId(made.id);
  try {
    // What was there before us may hold what is not ours: it is given back, even then.
    if (made.precious && purge && kind.destroy && made.before === undefined) await kind.destroy(key, world);
    else await kind.apply?.(key, formerly(kind, made, found), world, found.is === 'present' ? found.spec : undefined);
    return undefined;
  } catch (error) {
    if (error instanceof Uncertain) return error;
    throw error;
  }
}

/** What it was before we came: nothing, or what the ledger kept of it. */
function formerly(kind: Kind<unknown>, made: Made, found: Observed): unknown {
  if (made.before === undefined) return undefined;
  return kind.release && found.is === 'present' ? kind.release(made.ours, made.before, found.spec) : made.before;
}
