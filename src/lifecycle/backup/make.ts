import { join } from 'node:path/posix';
import type { Writable } from 'node:stream';
import { emergencyAccount } from '../../desired/sso.ts';
import { interrupted } from '../../engine/errors.ts';
import type { Place } from '../../installation/backup-place.ts';
import { copiesIn, copyTag, digestOf, isCalled, manifestFile, unfinished } from '../../installation/backups.ts';
import type { Installation } from '../../installation/installation.ts';
import { notedIn } from '../../installation/pins.ts';
import { assertTrusted } from '../../installation/trust.ts';
import type { Copy, CopyReason, Manifest } from '../../model/copy.ts';
import { exitCodes, Failure } from '../../model/failure.ts';
import type { Files } from '../../world/world.ts';
import { contentsOf } from './contents.ts';
import { dump, readWhole, rubbish, sizeUp } from './dump.ts';
import { type Readers, sealedName, sealFor } from './encryption.ts';

const root = { uid: 0, gid: 0 };
/** Left free on the disk beside the copy itself, in bytes. */
export const spare = 512e6;

const counted = {
  users: 'core/users',
  groups: 'core/groups',
  applications: 'core/applications',
  providers: 'providers/proxy',
  flows: 'flows/instances',
  tokens: 'core/tokens',
} as const;

/** What would be copied, and how much it is, in bytes. What goes to a repository lies here before it is sent. */
export async function planCopy(installation: Installation, to: Place, why: CopyReason = 'asked') {
  const place = typeof to === 'string' ? to : installation.layout.outgoing;
  if (place !== installation.layout.upgrades) await assertPlace(installation, place);
  const { size, postgres } = await sizeUp(installation.world.docker);
  const contents = await contentsOf(installation);
  const needed = size + contents.size + spare;
  const disk = await installation.world.files.filesystem(place);
  if (disk.free >= needed) return { ...contents, postgres, size: size + contents.size };
  throw new Failure({
    code: 'disk-full',
    problem: `${disk.target} has ${mb(disk.free)} left, and a copy may need ${mb(needed)}.`,
    why: 'Nothing was copied: a full disk stops everything else on it.',
    fix:
      why === 'asked'
        ? 'Free some space, or name another directory: homeauth backup --to DIR'
        : [
            `Free some space on ${disk.target}, then run the command again. What may be large there:`,
            `copies from before earlier upgrades, of which the newest is needed for --back:  du -sh ${installation.layout.upgrades}/*`,
            'images that no container uses:  docker image prune -a',
          ],
  });
}

export const mb = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/** Makes a copy in a place, as `writeCopy` does; in a repository it is there as a whole, or not at all. */
export async function makeCopy(
  installation: Installation,
  place: Place,
  why: CopyReason,
  tell: (what: string) => void,
  readers: Readers | undefined,
  known?: Inventory,
): Promise<Copy> {
  if (typeof place === 'string') return writeCopy(installation, place, why, tell, readers, known);
  const { world, layout, runtime } = installation;
  const { files, restic } = world;
  // What is wrong with it is known before anything is copied.
  await restic.snapshots(place);
  await files.removeTree(layout.outgoing);
  try {
    const { name, path } = await writeCopy(installation, layout.outgoing, why, tell, 'restic', known);
    if (runtime.signal.aborted) throw interrupted('before the copy was sent', 'nothing');
    tell('sending it to the repository');
    await restic.save(place, path, [copyTag, name]).catch((error: unknown) => {
      throw runtime.signal.aborted ? interrupted('while the copy was sent', 'nothing') : error;
    });
    const sent = (await copiesIn(place, installation)).find(isCalled(name));
    if (!sent) throw unsent();
    return sent;
  } finally {
    await files.removeTree(layout.outgoing);
  }
}

/**
 * Makes a copy of everything that an installation is made of, while it goes on: the database first, so that it names no
 * file that the copy lacks. It lies beside under a name that nobody takes for a copy until all of it is on disk.
 * `readers`: it is encrypted for them; restic encrypts and compresses by itself, and finds in what is neither the parts
 * that it has already. `known`: what authentik has, where it was asked before it was stopped.
 * @throws Failure and leaves no half copy behind
 */
async function writeCopy(
  installation: Installation,
  place: string,
  why: CopyReason,
  tell: (what: string) => void,
  readers: Readers | 'restic' | undefined,
  known?: Inventory,
): Promise<Copy> {
  const { world, runtime } = installation;
  const { files, docker } = world;
  const planned = await planCopy(installation, place, why);
  const isForRestic = readers === 'restic';
  const seal = readers && !isForRestic ? await sealFor(readers) : undefined;
  const write = (path: string, what: (into: Writable) => Promise<unknown>) =>
    files.pour(path, 0o600, (into) => (seal ? seal.pour(into, what) : what(into)));
  const read = async (path: string) => {
    const stream = await files.stream(path);
    return seal ? seal.open(stream) : stream;
  };
  if (!(await files.stat(place))) await files.makeDirectory(place, 0o700, root);
  await sweep(place, files);
  const name = await freeName(place, files);
  const partial = join(place, `${name}.partial`);
  const leftOut = why === 'asked' ? rubbish : [];
  const step = (what: string) => {
    if (runtime.signal.aborted) throw interrupted(`before: ${what}`, 'nothing');
    tell(what);
  };
  await files.makeDirectory(partial, 0o700, root);
  try {
    const had = known ?? (await inventoryOf(installation));
    step('the database');
    const database = join(partial, sealedName('database.dump', seal !== undefined));
    await write(database, (into) => dump(docker, { without: leftOut, plain: isForRestic }, into));
    step('reading it back');
    if (!(await readWhole(docker, await read(database)))) throw unreadable();
    step('the files');
    for (const { file, directory, names, without } of planned.archives) {
      const path = join(partial, sealedName(file, seal !== undefined));
      await write(path, (into) => world.tar.pack(directory, names, without, into));
      await world.tar.names(await read(path));
    }
    const digests: Record<string, Manifest['files'][string]> = {};
    const all = ['database.dump', ...planned.archives.map((archive) => archive.file)];
    for (const file of all.map((one) => sealedName(one, seal !== undefined)))
      digests[file] = await digestOf(join(partial, file), files);
    const manifest = await manifestOf(installation, {
      why,
      leftOut,
      postgres: planned.postgres,
      files: digests,
      ...(seal && { encrypted: seal.encryption }),
      ...had,
    });
    await files.write(join(partial, manifestFile), `${JSON.stringify(manifest, undefined, 1)}\n`, 0o600);
    const path = join(place, name);
    await files.rename(partial, path);
    return { name, path, manifest };
  } catch (error) {
    await files.removeTree(partial).catch(() => {});
    throw error;
  }
}

async function manifestOf(
  { config, ledger, runtime }: Installation,
  had: Pick<Manifest, 'why' | 'leftOut' | 'postgres' | 'files' | 'encrypted' | 'counts' | 'people'>,
): Promise<Manifest> {
  return {
    format: 1,
    homeauth: runtime.version,
    made: new Date().toISOString(),
    domain: config.domain,
    baseDir: config.baseDir,
    authentik: config.authentik.version,
    images: notedIn(await ledger.read()),
    apps: config.apps.map(({ name }) => name),
    ...had,
  };
}

/** What authentik has; nothing where it could not be asked. */
export type Inventory = Pick<Manifest, 'counts' | 'people'>;

/** What authentik has. One that cannot be asked is copied all the same: then more than ever. */
export async function inventoryOf({ world }: Pick<Installation, 'world'>): Promise<Inventory> {
  try {
    if ((await world.authentik.reach()).is !== 'ready') return {};
    const rows = await Promise.all(
      Object.entries(counted).map(
        async ([name, of]) => [name, (await world.authentik.list(of, 'fresh')).length] as const,
      ),
    );
    const people = (await world.authentik.list('core/users'))
      .filter(({ username, type }) => username !== emergencyAccount && (type === 'internal' || type === 'external'))
      .map(({ username, is_active: active }) => ({ username, active: active ?? true }));
    return { counts: Object.fromEntries(rows), people };
  } catch (error) {
    if (error instanceof Failure) return {};
    throw error;
  }
}

/** @throws Failure backup-place, untrusted-path */
async function assertPlace({ world, layout, config }: Installation, place: string): Promise<void> {
  const { realPath } = await world.files.filesystem(place);
  const inside = [layout.root, layout.caddy].find((path) => `${realPath}/`.startsWith(`${path}/`));
  if (inside || !realPath.startsWith('/')) {
    throw new Failure({
      code: 'backup-place',
      problem: `${place} lies in ${inside}, which is copied itself.`,
      why: 'Each copy would contain all earlier ones, and would be lost together with the data.',
      fix: `Name another directory, best on another disk: homeauth backup --to DIR   (without it: ${config.baseDir}/backups)`,
    });
  }
  await assertTrusted(place, world);
}

/** What a crash left half made. */
async function sweep(place: string, files: Files): Promise<void> {
  for (const name of (await files.list(place)) ?? [])
    if (unfinished.test(name)) await files.removeTree(join(place, name));
}

/** The time of day, to the second; two in one second get a number. */
async function freeName(place: string, files: Files): Promise<string> {
  const time = `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}Z`;
  for (let n = 1; ; n++) {
    const name = n === 1 ? time : `${time}-${n}`;
    if (!(await files.stat(join(place, name)))) return name;
  }
}

const unsent = (): Failure =>
  new Failure({
    code: 'copy-damaged',
    problem: 'restic took the copy, and the repository does not have all of it.',
    fix: 'See what is wrong with the repository:  restic check   then run the command again.',
    exit: exitCodes.halfway,
  });

const unreadable = (): Failure =>
  new Failure({
    code: 'copy-damaged',
    problem: 'The dump of the database cannot be read back, so it was deleted.',
    why: 'The disk or the memory of this machine may be failing.',
    fix: 'Run the command again; if it stays so, look at  dmesg  and name another disk: homeauth backup --to DIR',
    exit: exitCodes.halfway,
  });
