import type { Change } from '../model/change.ts';
import { Uncertain } from '../model/failure.ts';
import type { Reason } from '../model/reason.ts';
import { type Observed, parseId, type Resource } from '../model/resource.ts';
import { interrupted } from './errors.ts';
import { type Kind, type Kinds, named } from './kind.ts';
import type { Made } from './ledger.ts';
import { onceVisible } from './observe.ts';
import { type Leftover, leftovers } from './plan.ts';
import { attempts, type Run, sideBySide } from './run.ts';

/**
 * Let go of what the ledger has and nobody wants: remove it, or give it back as it was. The ledger forgets a thing once
 * it was seen to be gone; a crash before that leaves a line about nothing, which the next run takes out.
 */
export async function prune<F>(want: readonly Resource[], run: Run<F>): Promise<Change[]> {
  const done: Change[] = [];
  let ledger = await run.ledger.read();
  const queue = waves(leftovers(want, ledger, run.kinds, run.purge ?? false), run.kinds);
  const waited = new Set<Leftover>();
  for (let wave = queue.shift(); wave; wave = queue.shift()) {
    if (run.signal.aborted) throw interrupted(`before the removal of ${named(wave[0]!.made.id, run.kinds)}`);
    const isHome = wave.some(({ made }) => made.home);
    const isLast = ledger.every(({ home }) => home);
    if (isHome && isLast) await run.ledger.close();
    const changes =
      isHome && !isLast
        ? wave.map(({ made }) => keep(made, { code: 'holds-ledger', says: 'holds what was kept' }))
        : await letGo(wave, run);
    // What came later, with another release, may be held by what came before: it is tried once more behind all that.
    const held = wave.filter((over, i) => changes[i]?.because.some(isHeld) && !isHome && !waited.has(over));
    for (const over of held) waited.add(over);
    if (held.length > 0) queue.splice(queue.findLastIndex((other) => !isLate(other)) + 1, 0, held);
    const isOver = (change: Change | undefined) => change?.op !== 'keep' || change.because.some(isLeft);
    const gone = new Set(wave.filter((_, i) => isOver(changes[i])).map(({ made }) => made.id));
    if (gone.size > 0) {
      ledger = ledger.filter(({ id }) => !gone.has(id));
      await run.ledger.save(ledger);
    }
    // What stays although other things are wanted is no news: it is told when everything goes. What is away is news.
    const told = changes.flatMap((change, i) =>
      !change || wave![i]!.silent || held.includes(wave![i]!) || (want.length > 0 && staysQuietly(change))
        ? []
        : [change],
    );
    if (told.length > 0) run.progress({ is: 'let-go', changes: told });
    done.push(...told);
  }
  return done;
}

/**
 * What goes together: first what leans on the rest; then what lives inside of data, a kind at a time, last made first, so
 * that what refers to others goes before them; then the rest, one by one, newest first, and behind it what was made
 * with that; then what went with its data; last, what holds the ledger.
 */
function waves(all: readonly Leftover[], kinds: Kinds): Leftover[][] {
  const those = (isIt: (one: Leftover) => boolean | undefined) => all.filter(isIt);
  const leans = ({ made }: Leftover) => kinds[parseId(made.id).kind].leansOnOurs === true;
  const outlives = ({ made }: Leftover) => kinds[parseId(made.id).kind].outlivesOurs === true;
  const living = those(({ made, silent }) => made.inside && !silent);
  const rest = those((one) => !one.made.inside && !one.made.home && !one.silent && !leans(one));
  const byKind = Object.keys(kinds).map((kind) => living.filter(({ made }) => parseId(made.id).kind === kind));
  return [
    ...those(leans).map((one) => [one]),
    ...byKind.toReversed(),
    ...rest.filter((one) => !outlives(one)).map((one) => [one]),
    ...rest.filter(outlives).map((one) => [one]),
    those(({ silent }) => silent),
    ...those(({ made }) => made.home).map((one) => [one]),
  ].filter((wave) => wave.length > 0);
}

/** What goes behind all others. */
const isLate = ([over]: readonly Leftover[]): boolean => over !== undefined && (over.silent || over.made.home === true);

const isHeld = ({ code }: Reason): boolean => code === 'holds-others';

const staysQuietly = ({ op, because }: Change): boolean =>
  op === 'keep' && because.every(({ code }) => code !== 'away' && code !== 'left');

/** Nobody can take it back any more: told once, and forgotten. */
const isLeft = ({ code }: Reason): boolean => code === 'left';

const keep = ({ id }: Made, why: Reason): Change => ({ op: 'keep', id, because: [why] });

/**
 * A touch whose answer was lost is looked at again, and repeated only where it did not happen.
 * @returns what was done about each; nothing where it was gone already
 */
async function letGo<F>(wave: readonly Leftover[], run: Run<F>): Promise<(Change | undefined)[]> {
  const done = new Map<Leftover, Change | undefined>();
  const found = await look(
    wave.filter(({ change, silent }) => change.op !== 'keep' && !silent),
    run,
  );
  for (const over of wave) {
    const now = found.get(over);
    if (!now) done.set(over, over.change);
    else if (now.is === 'absent') done.set(over, undefined);
    else if (now.is === 'present') {
      const why = await whyKept(over, now.spec, run);
      if (why) done.set(over, keep(over.made, why));
      // What we noted of it goes.
      if (why && isLeft(why)) await touch(over, now, run);
    }
  }
  for (let n = 1; done.size < wave.length; n++) {
    const left = wave.filter((over) => !done.has(over));
    const lost = new Map<Leftover, Uncertain>();
    await sideBySide(left, async (over) => {
      if (run.signal.aborted) throw interrupted(`before the removal of ${named(over.made.id, run.kinds)}`);
      const uncertain = await touch(over, found.get(over)!, run);
      if (uncertain) lost.set(over, uncertain);
      run.progress({ is: 'touched', change: over.change });
    });
    for (const [over, now] of await look(left, run, lost)) {
      const uncertain = lost.get(over);
      found.set(over, now);
      if (!uncertain)
        done.set(over, over.made.before === undefined && now.is === 'present' ? stays(over) : over.change);
      else if (now.is === 'absent') done.set(over, over.change);
      else if (now.is === 'unknown' || n === attempts) throw uncertain;
    }
    if (done.size < wave.length) await run.world.clock.sleep(1000 * n);
  }
  return wave.map((over) => done.get(over));
}

const stays = ({ made }: Leftover): Change =>
  keep(made, { code: 'holds-others', says: 'holds something that homeauth did not make' });

const kindOf = <F>({ made }: Leftover, { kinds }: Run<F>) => kinds[parseId(made.id).kind] as Kind<unknown>;

const whyKept = async <F>(over: Leftover, now: unknown, run: Run<F>): Promise<Reason | undefined> =>
  over.made.ours === undefined ? undefined : kindOf(over, run).keeps?.(over.made.ours, now, run.world);

/** All of them at once, so that they share what is read. One in `lost` may be out of sight for a moment. */
async function look<F>(
  all: readonly Leftover[],
  run: Run<F>,
  lost: ReadonlyMap<Leftover, unknown> = new Map(),
): Promise<Map<Leftover, Observed>> {
  const looks = all.map(async (over): Promise<[Leftover, Observed]> => {
    const once = () => kindOf(over, run).observe(parseId(over.made.id).key, run.world);
    return [over, lost.has(over) ? await onceVisible(over.made.id, once, run) : await once()];
  });
  return new Map(await Promise.all(looks));
}

/** @returns why it is not known whether it happened, where it is not */
async function touch<F>(over: Leftover, found: Observed, run: Run<F>): Promise<Uncertain | undefined> {
  const { made } = over;
  const { key } = parseId(made.id);
  const kind = kindOf(over, run);
  try {
    // What was there before us may hold what is not ours: it is given back, even then.
    if (made.precious && run.purge && kind.destroy && made.before === undefined) await kind.destroy(key, run.world);
    else if (made.before !== undefined && kind.giveBack) await kind.giveBack(key, run.world);
    else
      await kind.apply?.(key, formerly(kind, made, found), run.world, found.is === 'present' ? found.spec : undefined);
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
