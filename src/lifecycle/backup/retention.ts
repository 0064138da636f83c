import type { Keep } from '../../config/retention.ts';
import type { Place } from '../../installation/backup-place.ts';
import { copyTag } from '../../installation/backups.ts';
import type { Installation } from '../../installation/installation.ts';
import type { Copy, Manifest } from '../../model/copy.ts';

/** Copies from before a restore have a pool of their own: the calendar does not touch the newest of them. */
const beforeRestores = 3;
const week = 7 * 86_400_000;

/** What was made at some time, for a reason. */
interface Dated {
  readonly manifest: Pick<Manifest, 'made' | 'why'>;
}

/**
 * Which copies go: all but the newest of each of the last so many days, weeks and months that have one. Pure. The newest
 * never goes. `copies`: the newest first.
 */
export function superfluous<T extends Dated>(copies: readonly T[], { days, weeks, months }: Keep): readonly T[] {
  const asked = copies.filter(({ manifest }) => manifest.why === 'asked');
  const others = copies.filter(({ manifest }) => manifest.why !== 'asked');
  const kept = new Set<T>([...copies.slice(0, 1), ...asked.slice(0, 1), ...others.slice(0, beforeRestores)]);
  for (const [count, period] of [
    [days, (made: string) => made.slice(0, 10)],
    // Weeks begin on Monday; the first of January 1970 was a Thursday.
    [weeks, (made: string) => String(Math.floor((Date.parse(made) + 3 * 86_400_000) / week))],
    [months, (made: string) => made.slice(0, 7)],
  ] as const) {
    const newest = new Map<string, T>();
    for (const copy of asked) if (!newest.has(period(copy.manifest.made))) newest.set(period(copy.manifest.made), copy);
    for (const copy of [...newest.values()].slice(0, count)) kept.add(copy);
  }
  return copies.filter((copy) => !kept.has(copy));
}

/**
 * Each loses its name first: one that is half gone is no copy any more, and is swept away with the next. In a repository
 * that others use, too, their space is left to whoever prunes it: that locks out everybody for as long as it takes.
 */
export async function removeCopies(copies: readonly Copy[], place: Place, { world }: Installation): Promise<void> {
  if (copies.length === 0) return;
  if (typeof place !== 'string') {
    await world.restic.forget(
      place,
      copies.flatMap(({ away }) => away?.snapshot ?? []),
    );
    const left = await world.restic.snapshots(place);
    if (left.every(({ tags }) => tags.includes(copyTag))) await world.restic.prune(place);
    return;
  }
  for (const { path } of copies) {
    await world.files.rename(path, `${path}.partial`);
    await world.files.removeTree(`${path}.partial`);
  }
}
