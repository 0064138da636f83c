import { createHash } from 'node:crypto';
import { join } from 'node:path/posix';
import { nearest } from '../config/nearest.ts';
import { record } from '../engine/ledger.ts';
import type { Copy, Manifest } from '../model/copy.ts';
import { Failure } from '../model/failure.ts';
import type { Files } from '../world/world.ts';
import type { Installation } from './installation.ts';
import type { Runtime } from './runtime.ts';
import { assertTrusted } from './trust.ts';

export const manifestFile = 'manifest.json';

/** The names that homeauth gives to copies, and to one that is not whole yet. */
const names = /^\d{4}-\d{2}-\d{2}T\d{6}Z(-\d+)?$/;
export const unfinished = /^\d{4}-\d{2}-\d{2}T\d{6}Z(-\d+)?\.partial$/;

/** Copies of this installation in a directory, the newest first. What else lies there is not looked at. */
export async function copiesIn(place: string, { world, config }: Pick<Installation, 'world' | 'config'>) {
  const found = ((await world.files.list(place)) ?? []).filter((name) => names.test(name));
  if (found.length > 0) await assertTrusted(place, world);
  const copies: Copy[] = [];
  for (const name of found.toSorted().reverse()) {
    const manifest = await manifestIn(join(place, name), world.files);
    if (manifest?.domain === config.domain) copies.push({ name, path: join(place, name), manifest });
  }
  return copies.toSorted((a, b) => b.manifest.made.localeCompare(a.manifest.made)) as readonly Copy[];
}

/**
 * A copy by its name, its path, or the newest.
 * @throws Failure copy-unknown
 */
export async function copyNamed(given: string | undefined, place: string, installation: Installation): Promise<Copy> {
  const { config, surroundings } = installation;
  if (given?.includes('/')) {
    const copy = await copyAt(given, surroundings);
    if (copy.manifest.domain === config.domain) return copy;
    throw noCopy(`${copy.path} is a copy of ${copy.manifest.domain}, not of ${config.domain}.`);
  }
  const copies = await copiesIn(place, installation);
  const found = given === undefined ? copies[0] : copies.find(({ name }) => name === given);
  if (found) return found;
  const near =
    given === undefined
      ? undefined
      : nearest(
          given,
          copies.map(({ name }) => name),
        );
  throw new Failure({
    code: 'copy-unknown',
    problem: given === undefined ? `There is no copy in ${place}.` : `There is no copy ${given} in ${place}.`,
    fix:
      copies.length === 0
        ? 'Make one: homeauth backup'
        : near
          ? `Did you mean: ${near}`
          : 'Those that are there: homeauth backup list',
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
export async function copyAt(given: string, { world, cwd }: Pick<Runtime, 'world' | 'cwd'>): Promise<Copy> {
  const path = join(given.startsWith('/') ? '' : cwd, given).replace(/\/+$/, '');
  await assertTrusted(path, world);
  const manifest = await manifestIn(path, world.files);
  if (!manifest) throw noCopy(`${path} is no copy.`);
  return { name: path.slice(path.lastIndexOf('/') + 1), path, manifest };
}

const noCopy = (problem: string): Failure =>
  new Failure({
    code: 'copy-unknown',
    problem,
    why: `A copy is a directory with a ${manifestFile} that homeauth wrote.`,
    fix: 'Those that are here: homeauth backup list',
  });

/** What a copy says of itself; undefined where it is none, or not whole. */
async function manifestIn(path: string, files: Files): Promise<Manifest | undefined> {
  const text = await files.read(join(path, manifestFile)).catch((error: unknown) => {
    if (error instanceof Failure) return undefined;
    throw error;
  });
  try {
    const manifest = JSON.parse(text ?? '');
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
