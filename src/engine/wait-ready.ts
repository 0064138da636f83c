import type { Change } from '../model/change.ts';
import { type Id, idOf, type KindName, type Resource } from '../model/resource.ts';
import { interrupted, notReady } from './errors.ts';
import { type Kind, type Kinds, named } from './kind.ts';
import { patience, signsOf } from './patience.ts';
import { judge, observeAll } from './plan.ts';
import type { Run, Running } from './run.ts';

export interface Pending {
  readonly resource: Resource;
  readonly change: Change;
  /** It is as it should be, and not ready yet. */
  readonly isRight: boolean;
  readonly line?: string;
  /** It never will be ready by itself. */
  readonly isLost?: true;
}

/** One look at what was wanted: what of it is still wrong, or not ready. `touched`: what was done about it. */
async function unready<F>(
  want: readonly Resource[],
  touched: ReadonlyMap<Id, Change>,
  { kinds, world }: Run<F>,
): Promise<Pending[]> {
  const seen = await observeAll(want, kinds, world);
  return want.flatMap((resource): Pending[] => {
    const id = idOf(resource);
    const found = seen.get(id) ?? { is: 'absent' as const };
    const wrong = judge(kinds, resource, found, undefined);
    if (wrong) {
      const change: Change = { op: touched.get(id)?.op ?? wrong.op, id, because: wrong.because };
      return [{ resource, change, isRight: false }];
    }
    const readiness = found.is === 'present' ? (kinds[resource.kind] as Kind<unknown>).ready?.(found.spec) : undefined;
    if (!readiness) return [];
    const { because, ...more } = readiness;
    return [{ resource, change: { op: 'later', id, because: [because] }, isRight: true, ...more }];
  });
}

/** How long to wait between two looks, in ms, where the kind knows nothing better. */
const pause = 1000;

/** Look until all that was wanted is right and ready, or the patience of its kind runs out, which grows with signs of life. */
export async function waitReady<F>(
  want: readonly Resource[],
  touched: ReadonlyMap<Id, Change>,
  run: Running<F>,
): Promise<void> {
  const { world, kinds } = run;
  const began = world.clock.now();
  const waited = patience(world.clock);
  const isWaitedFor = ({ ready, readyIfTouched }: Kinds[KindName]) => ready !== undefined && !readyIfTouched;
  let waiting = want.filter((r) => touched.has(idOf(r)) || isWaitedFor(kinds[r.kind]));
  while (waiting.length > 0) {
    const pending = hurried(await unready(waiting, touched, run), run);
    const now = new Set(pending.map(({ resource }) => idOf(resource)));
    const elapsed = world.clock.now() - began;
    for (const resource of waiting) {
      const change = touched.get(idOf(resource));
      if (change && !now.has(idOf(resource))) run.progress({ is: 'done', change, elapsed });
    }
    for (const { resource, change, line, isLost } of pending) {
      const { id, because } = change;
      if (isLost) throw await notReady(kinds, world, change);
      const wait = waited(id, kinds[resource.kind].patience ?? 0, signsOf(because, line));
      if (wait.elapsed >= wait.limit) throw await notReady(kinds, world, change, 'still-wrong', wait);
      const heard = line === undefined ? {} : { line };
      run.progress({ is: 'waiting', id, because, ...heard, elapsed: wait.elapsed, limit: wait.limit });
    }
    if (pending.length === 0) return;
    if (run.signal.aborted) throw interrupted(`while waiting for ${named(pending[0]!.change.id, run.kinds)}`);
    await keepWatch(run);
    await rest(pending, run);
    waiting = pending.map(({ resource }) => resource);
  }
}

/** Those that are waited for. The others are watched from now on. */
function hurried<F>(pending: readonly Pending[], { meanwhile }: Running<F>): Pending[] {
  return pending.filter(({ resource, isRight, isLost }) => {
    if (!resource.meanwhile || !isRight || isLost) return true;
    meanwhile.set(idOf(resource), resource);
    return false;
  });
}

async function rest<F>(pending: readonly Pending[], { kinds, world }: Run<F>): Promise<void> {
  const looks = pending.map(({ resource: { kind, key } }) => kinds[kind].wait?.(key, world, pause));
  const waits = looks.filter((wait) => wait !== undefined);
  await (waits.length > 0 ? Promise.race(waits) : world.clock.sleep(pause));
}

/**
 * A look at what gets ready meanwhile, so that one that never will does not keep the run waiting for what it makes.
 * @returns what is not ready yet
 * @throws Failure where something never will be
 */
export async function keepWatch<F>(run: Running<F>): Promise<readonly Pending[]> {
  const pending = await unready([...run.meanwhile.values()], new Map(), run);
  for (const { change, isLost } of pending) {
    if (isLost) throw await notReady(run.kinds, run.world, change);
  }
  return pending;
}
