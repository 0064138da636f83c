import { isAbsolute } from 'node:path/posix';
import type { Change } from '../model/change.ts';
import type { Reason } from '../model/reason.ts';
import { type Id, idOf, type Observed, parseId, type Resource } from '../model/resource.ts';
import type { Stage } from '../model/stage.ts';
import type { World } from '../world/world.ts';
import type { Kind, Kinds } from './kind.ts';
import { type Ledger, lineFor, type Made } from './ledger.ts';

export type Seen = ReadonlyMap<Id, Observed>;

/** What every stage wants at once. One thing wanted twice (at first, and in the end) is judged both times. */
export const wanted = <F>(stages: readonly Stage<F>[], facts: F): readonly Resource[] =>
  stages.flatMap((stage) => stage.want(facts));

export async function observeAll(want: readonly Resource[], kinds: Kinds, world: World): Promise<Seen> {
  const looks = want.map(async (r): Promise<[Id, Observed]> => {
    const kind = kinds[r.kind] as Kind<unknown>;
    return [idOf(r), await kind.observe(r.key, world, r.spec)];
  });
  return new Map(await Promise.all(looks));
}

/** Compare what is wanted with what was seen. Pure. Wanted first, in order, once each; then leftovers, newest first. */
export function plan(kinds: Kinds, want: readonly Resource[], seen: Seen, ledger: Ledger, purge = false): Change[] {
  const fixes = new Map<Id, Change>();
  for (const resource of want) {
    const id = idOf(resource);
    const change = judge(kinds, resource, seen.get(id) ?? { is: 'absent' }, lineFor(ledger, resource));
    if (change && !fixes.has(id)) fixes.set(id, change);
  }
  return [
    ...fixes.values(),
    ...leftovers(want, ledger, kinds, purge).flatMap(({ change, silent }) => (silent ? [] : [change])),
  ];
}

const missing: Reason = { code: 'missing', says: 'missing', reads: 'is' };
const unwanted: Reason = { code: 'unwanted', says: 'no longer wanted', reads: 'is' };
const holdsData: Reason = { code: 'holds-data', says: 'holds your data' };
const wasThere: Reason = {
  code: 'was-there',
  says: 'was there before homeauth: it stays, with what is in it',
};

/** The one change `resource` needs, if any. Pure. */
export function judge(kinds: Kinds, resource: Resource, seen: Observed, made: Made | undefined): Change | undefined {
  const kind = kinds[resource.kind] as Kind<unknown>;
  const id = idOf(resource);
  if (seen.is === 'unknown') return { op: 'later', id, because: [seen.because] };
  const because = seen.is === 'absent' ? [missing] : kind.differs(resource.spec, seen.spec);
  if (because.length === 0) return undefined;
  if (!kind.apply) return { op: 'ask', id, because };
  if (seen.is === 'absent') return { op: 'create', id, because };
  if (!made && kind.isTheirs?.(resource.spec, seen.spec)) return { op: 'ask', id, because };
  if (kind.release) return { op: 'adjust', id, because };
  return { op: made || kind.shared ? 'update' : 'take', id, because };
}

export interface Leftover {
  readonly change: Change;
  readonly made: Made;
  /** It lives inside data that goes as a whole, or is a mere note: no call of its own. */
  readonly silent: boolean;
}

/** What the ledger has and nobody wants any more, newest first. Pure. */
export function leftovers(want: readonly Resource[], ledger: Ledger, kinds: Kinds, purge: boolean): Leftover[] {
  const ids = new Set(want.map(idOf));
  const over = ledger.filter((made) => !ids.has(made.id)).toReversed();
  const kept = over.flatMap(({ id, precious }) => (precious && !purge ? [parseId(id).key] : []));
  return over.flatMap((made): Leftover[] => {
    const isWithin = made.inside !== undefined && !ids.has(made.inside);
    if (isWithin && !purge) return []; // the data stays, and what is in it stays ours
    const isNote = kinds[parseId(made.id).kind].shared ?? false;
    return [{ change: leftover(made, kept, kinds), made, silent: (isWithin && goesWith(made)) || isNote }];
  });
}

/** Whether it goes with the data that it belongs to: a file that lies elsewhere is removed by itself. */
function goesWith({ id, inside }: Made): boolean {
  const { key } = parseId(id);
  return inside !== undefined && (!isAbsolute(key) || key.startsWith(`${parseId(inside).key}/`));
}

/** @param kept - Keys of what stays because it holds data; what is around it stays with it */
function leftover({ id, precious, before }: Made, kept: readonly string[], kinds: Kinds): Change {
  const { kind, key } = parseId(id);
  if (kept.some((data) => data === key || data.startsWith(`${key}/`))) return { op: 'keep', id, because: [holdsData] };
  if (before === undefined) return { op: 'remove', id, because: [unwanted] };
  return { op: 'release', id, because: [precious ? wasThere : (kinds[kind].unwanted ?? unwanted)] };
}

/** Without the removals of what somebody else has removed already: there is nothing left to do about it. */
export async function withoutGone(changes: readonly Change[], kinds: Kinds, world: World): Promise<Change[]> {
  const gone = await Promise.all(
    changes.map(async ({ op, id }) => {
      if (op !== 'remove' && op !== 'release') return false;
      const { kind, key } = parseId(id);
      return (await kinds[kind].observe(key, world)).is === 'absent';
    }),
  );
  return changes.filter((_, n) => !gone[n]);
}

/** Asks, of everything that would change, whether it can. @throws Failure before anything is touched */
export async function rehearse(
  want: readonly Resource[],
  changes: readonly Change[],
  kinds: Kinds,
  world: World,
): Promise<void> {
  const changing = new Set(changes.map(({ id }) => id));
  for (const resource of want.filter((one) => changing.has(idOf(one))))
    await (kinds[resource.kind] as Kind<unknown>).rehearse?.(resource.spec, world, changing);
}
