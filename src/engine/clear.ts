import type { Change } from '../model/change.ts';
import { type Observed, parseId, type Resource } from '../model/resource.ts';
import type { Kind } from './kind.ts';
import type { Made } from './ledger.ts';
import { type Leftover, leftovers } from './plan.ts';
import type { Run } from './run.ts';
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

/** @returns what was done; nothing where it was gone already */
async function letGo<F>(
  { change, made, silent }: Leftover,
  { kinds, world, purge }: Run<F>,
): Promise<Change | undefined> {
  if (change.op === 'keep' || silent) return change;
  const { kind: name, key } = parseId(made.id);
  const kind = kinds[name] as Kind<unknown>;
  const found: Observed = await kind.observe(key, world);
  if (found.is === 'absent') return undefined;
  if (found.is === 'present' && made.ours !== undefined && kind.keeps?.(made.ours, found.spec)) {
    return keep(made, 'holds text of yours');
  }
  // What was there before us may hold what is not ours: it is given back, even then.
  if (made.precious && purge && kind.destroy && made.before === undefined) await kind.destroy(key, world);
  else await kind.apply?.(key, formerly(kind, made, found), world, found.is === 'present' ? found.spec : undefined);
  const after = made.before === undefined ? await kind.observe(key, world) : found;
  const stayed = made.before === undefined && after.is === 'present';
  return stayed ? keep(made, 'holds something that homeauth did not make') : change;
}

/** What it was before we came: nothing, or what the ledger kept of it. */
function formerly(kind: Kind<unknown>, made: Made, found: Observed): unknown {
  if (made.before === undefined) return undefined;
  return kind.release && found.is === 'present' ? kind.release(made.ours, made.before, found.spec) : made.before;
}
