import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path/posix';
import pMap from 'p-map';
import { nearest } from '../config/nearest.ts';
import { resticIn } from '../config/restic.ts';
import type { Layout } from '../desired/layout.ts';
import { record } from '../engine/ledger.ts';
import type { Copy, CopyHere, Manifest } from '../model/copy.ts';
import { asNothing, Failure } from '../model/failure.ts';
import type { Repository, Restic, Snapshot } from '../world/restic.ts';
import type { Files, World } from '../world/world.ts';
import { nameOf, type Place } from './backup-place.ts';
import type { Runtime } from './command-runtime.ts';
import type { Installation } from './installation.ts';
import { assertTrusted } from './trust.ts';

export const manifestFile = 'manifest.json';

/** The names that homeauth gives to copies, and to one that is not whole yet. */
const names = /^\d{4}-\d{2}-\d{2}T\d{6}Z(-\d+)?$/;
export const unfinished = /^\d{4}-\d{2}-\d{2}T\d{6}Z(-\d+)?\.partial$/;

/** Copies of this installation in a place, the newest first. What else lies there is not looked at. */
export async function copiesIn(place: Place, { world, config }: Pick<Installation, 'world' | 'config'>) {
  const all = typeof place === 'string' ? await inDirectory(place, world) : await copiesInRepository(place, world);
  return all.filter(({ manifest }) => manifest.domain === config.domain).toSorted(newestFirst);
}

const newestFirst = (a: Copy, b: Copy): number => b.manifest.made.localeCompare(a.manifest.made);

async function inDirectory(place: string, world: Pick<World, 'files' | 'host'>): Promise<readonly Copy[]> {
  const found = ((await world.files.list(place)) ?? []).filter((name) => names.test(name));
  if (found.length > 0) await assertTrusted(place, world);
  const copies: Copy[] = [];
  for (const name of found.toSorted().reverse()) {
    const manifest = await manifestIn(join(place, name), world.files);
    if (manifest) copies.push({ name, path: join(place, name), manifest });
  }
  return copies;
}

/** What every snapshot of ours is tagged with, beside its name. */
export const copyTag = 'homeauth';

/**
 * Copies of whatever installation in a repository: snapshots of ours with all that their manifest names. One that was
 * cut off is none; whosever the others are, they are not looked into.
 */
export async function copiesInRepository(place: Repository, { restic }: Pick<World, 'restic'>) {
  const ours = (await restic.snapshots(place)).filter(({ tags }) => tags.includes(copyTag));
  const found = await pMap(ours, (snapshot) => copyIn(place, snapshot, restic), { concurrency: 4 });
  return found.filter((one) => one !== undefined).toSorted(newestFirst);
}

async function copyIn(place: Repository, { id, tags }: Snapshot, restic: Restic): Promise<Copy | undefined> {
  const sizes = await restic.files(place, id);
  if (!(manifestFile in sizes)) return undefined;
  const manifest = manifestOf(await restic.read(place, id, manifestFile));
  if (!manifest || Object.entries(manifest.files).some(([file, { size }]) => sizes[file] !== size)) return undefined;
  const name = tags.find((tag) => names.test(tag)) ?? id.slice(0, 8);
  const fetch = (directory: string) => restic.fetch(place, id, directory);
  return { name, path: `${nameOf(place)}:${name}`, manifest, away: { snapshot: id, fetch } };
}

/** Whether this is what a copy is called: its name, or the id of its snapshot. */
export const isCalled =
  (given: string) =>
  ({ name, away }: Copy): boolean =>
    name === given || (away?.snapshot.startsWith(given) ?? false);

/**
 * Works with a copy whose files are on this machine: those of a repository come for as long as that takes, for root
 * alone. What a run that was cut off has left is removed first.
 */
export async function near<T>(
  copy: Copy,
  { incoming }: Pick<Layout, 'incoming'>,
  { world, terminal }: Pick<Runtime, 'world' | 'terminal'>,
  work: (here: CopyHere) => Promise<T>,
): Promise<T> {
  if (!copy.away) return work({ ...copy, directory: copy.path });
  const { files, locks } = world;
  const taken = await locks.take(incoming, lookingInto());
  if (!('release' in taken)) throw busy(incoming);
  try {
    terminal.live(`· fetching   ${copy.path}`);
    await files.removeTree(incoming);
    await files.makeDirectory(incoming, 0o700, { uid: 0, gid: 0 });
    await copy.away.fetch(incoming);
    return await work({ ...copy, directory: incoming });
  } finally {
    await files.removeTree(incoming).finally(() => taken.release());
  }
}

/**
 * Removes files of a copy, on their way to or from a repository, that a run that was cut off has left: to be called by
 * whoever holds the installation, as one that sends does.
 */
export async function sweepOnTheWay({ world, layout }: Pick<Installation, 'world' | 'layout'>): Promise<void> {
  const { files } = world;
  if (await files.stat(layout.outgoing)) await files.removeTree(layout.outgoing);
  if (!(await files.stat(layout.incoming))) return;
  const taken = await world.locks.take(layout.incoming, lookingInto());
  if (!('release' in taken)) return;
  await files.removeTree(layout.incoming).finally(() => taken.release());
}

const lookingInto = () => ({ pid: process.pid, command: 'copy', since: new Date().toISOString() });

const busy = (incoming: string): Failure =>
  new Failure({
    code: 'locked',
    problem: `Another homeauth looks into a copy from a repository now, in ${incoming}.`,
    fix: 'Wait until it has finished, then run the command again.',
  });

/**
 * A copy by its name, its path, or the newest.
 * @throws Failure copy-unknown
 */
export async function copyNamed(written: string | undefined, place: Place, installation: Installation): Promise<Copy> {
  const { config, runtime } = installation;
  const restic = written === undefined ? undefined : resticIn(written);
  const given = restic ? restic.copy : written;
  if (given?.includes('/')) {
    const copy = await copyAt(given, runtime);
    if (copy.manifest.domain === config.domain) return copy;
    throw noCopy(`${copy.path} is a copy of ${copy.manifest.domain}, not of ${config.domain}.`, dirname(copy.path));
  }
  const copies = await copiesIn(place, installation);
  const found = given === undefined ? copies[0] : copies.find(isCalled(given));
  if (found) return found;
  const near =
    given === undefined
      ? undefined
      : nearest(
          given,
          copies.map(({ name }) => name),
        );
  const from = nameOf(place) === config.backup.to ? '' : ` --from ${nameOf(place)}`;
  throw new Failure({
    code: 'copy-unknown',
    problem: `There is no copy ${given === undefined ? '' : `${given} `}in ${nameOf(place)}.`,
    ...(near && { why: `There is one with nearly this name: ${near}` }),
    fix:
      copies.length > 0
        ? `Those that are there: homeauth backup list${from}`
        : 'See whether they lie elsewhere: homeauth backup list --from PATH. To make one: homeauth backup',
  });
}

/** When a copy was last restored for a trial. */
export interface Drill {
  /** ISO 8601. */
  readonly made: string;
  readonly copy: string;
  /** The name of the first proof that failed. */
  readonly failed?: string;
}

/** Whether a drill left something behind, or is under way. */
export const isDrillLeft = async ({ world, layout }: Pick<Installation, 'world' | 'layout'>): Promise<boolean> =>
  (await world.files.stat(layout.drill)) !== undefined;

/** Keeps what came of a drill beside the ledger. It is the user's to keep, and goes with the rest of the data. */
export async function noteDrill(
  { world, layout, ledger }: Installation,
  copy: string,
  failed: string | undefined,
): Promise<void> {
  await ledger.save(record(await ledger.read(), [{ id: `file:${layout.drillNote}`, precious: true }]));
  const drill: Drill = { made: new Date().toISOString(), copy, ...(failed !== undefined && { failed }) };
  await world.files.write(layout.drillNote, `${JSON.stringify(drill)}\n`, 0o600);
}

/** The last drill; undefined where there was none, or nobody can read what it left. */
export async function lastDrill({ world, layout }: Pick<Installation, 'world' | 'layout'>): Promise<Drill | undefined> {
  try {
    const drill = JSON.parse((await world.files.read(layout.drillNote)) ?? '') as Drill;
    return Number.isNaN(Date.parse(drill.made)) ? undefined : drill;
  } catch (error) {
    if (error instanceof Failure) throw error;
    return undefined;
  }
}

/** A copy of whatever installation, by its path. @throws Failure copy-unknown, untrusted-path */
export async function copyAt(given: string, { world, cwd }: Pick<Runtime, 'world' | 'cwd'>): Promise<CopyHere> {
  const path = join(given.startsWith('/') ? '' : cwd, given).replace(/\/+$/, '');
  await assertTrusted(path, world);
  const manifest = await manifestIn(path, world.files);
  if (!manifest)
    throw noCopy(`${path} ${(await world.files.stat(path)) ? 'is no copy' : 'is not there'}.`, dirname(path));
  return { name: path.slice(path.lastIndexOf('/') + 1), path, directory: path, manifest };
}

const noCopy = (problem: string, place: string): Failure =>
  new Failure({
    code: 'copy-unknown',
    problem,
    why: `A copy is a directory with a ${manifestFile} that homeauth wrote.`,
    fix: `See which copies are there: homeauth backup list --from ${place}`,
  });

/** What a copy says of itself; undefined where it is none, or not whole. */
async function manifestIn(path: string, files: Files): Promise<Manifest | undefined> {
  const text = await files.read(join(path, manifestFile)).catch(asNothing);
  return manifestOf(text ?? '');
}

function manifestOf(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text);
    return isManifest(manifest) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: Manifest | null): value is Manifest {
  if (value?.format !== 1 || typeof value.files !== 'object' || value.files === null) return false;
  const { made, domain, baseDir, authentik, postgres, homeauth } = value;
  const files = Object.entries(value.files);
  return (
    [made, domain, baseDir, authentik, postgres, homeauth].every((one) => typeof one === 'string') &&
    !Number.isNaN(Date.parse(made)) &&
    [value.apps, value.leftOut].every((one) => Array.isArray(one)) &&
    files.every(
      ([name, { size, sha256 }]) => /^[\w-]+\.\w+(\.age)?$/.test(name) && size >= 0 && /^[0-9a-f]{64}$/.test(sha256),
    )
  );
}

/** Size and SHA-256 of a file, without keeping it in memory. */
export async function digestOf(path: string, files: Files): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of await files.stream(path)) {
    hash.update(part);
    size += (part as Buffer).length;
  }
  return { size, sha256: hash.digest('hex') };
}
