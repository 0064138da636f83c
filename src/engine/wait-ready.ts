import type { Change } from '../model/change.ts';
import { type Id, idOf, type Resource } from '../model/resource.ts';
import { interrupted, notReady } from './errors.ts';
import { patience, signsOf } from './patience.ts';
import type { Run, Running } from './run.ts';
import { type Pending, unready } from './unready.ts';
import { keepWatch } from './watch.ts';

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
  let waiting = want.filter((r) => touched.has(idOf(r)) || kinds[r.kind].ready !== undefined);
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
    if (run.signal.aborted) throw interrupted(`while waiting for ${pending[0]!.change.id}`);
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
