import { join } from 'node:path/posix';
import { layoutOf } from '../../desired/layout.ts';
import { interrupted } from '../../engine/errors.ts';
import { type Ledger, record } from '../../engine/ledger.ts';
import type { Place } from '../../installation/backup-place.ts';
import { type Installation, valueIn } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { assertTrusted } from '../../installation/trust.ts';
import { giveUp } from '../../installation/upgrading.ts';
import type { Copy, CopyHere, Loss } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import { nameByDigest } from '../../model/image-name.ts';
import { assertWhole } from './check.ts';
import { keptFolder, restoringFile } from './contents.ts';
import { sizeUp } from './dump.ts';
import { assertKey, contentOf, type Key, readersIn, readersWith } from './encryption.ts';
import { exchange, load } from './load-database.ts';
import { inventoryOf, makeCopy } from './make.ts';
import { swap } from './swap-files.ts';

const root = { uid: 0, gid: 0 };

/** Compares a copy with what is there. @throws Failure where it cannot be restored here */
export async function lossOf({ manifest }: Copy, installation: Installation): Promise<Loss> {
  const { config, world } = installation;
  if (manifest.baseDir !== config.baseDir) {
    throw new Failure({
      code: 'copy-elsewhere',
      problem: `The copy was made of ${manifest.baseDir}, and this installation is in ${config.baseDir}.`,
      fix: 'Take one that was made here: homeauth backup list',
    });
  }
  const { postgres } = await sizeUp(world.docker);
  if (Number.parseInt(manifest.postgres, 10) > Number.parseInt(postgres, 10)) {
    throw new Failure({
      code: 'copy-newer',
      problem: `The copy comes from PostgreSQL ${manifest.postgres}, and ${postgres} runs here.`,
      why: 'An older PostgreSQL cannot read what a newer one wrote.',
      fix: 'Take another one: homeauth backup list',
    });
  }
  const { people: now } = await inventoryOf(installation);
  const then = manifest.people;
  const was = new Set(then?.map(({ username }) => username));
  const active = new Set(now?.filter((one) => one.active).map(({ username }) => username));
  return {
    known: now !== undefined && then !== undefined,
    people: now && then ? now.map(({ username }) => username).filter((name) => !was.has(name)) : [],
    apps: config.apps.map(({ name }) => name).filter((name) => !manifest.apps.includes(name)),
    back:
      now && then ? then.filter((one) => one.active && !active.has(one.username)).map(({ username }) => username) : [],
  };
}

/**
 * Puts database, files and secrets back as they were at the copy, and leaves the containers of authentik to whoever
 * applies homeauth.yaml next. Nothing of the installation is touched before all of it lies ready beside; a cut from then
 * on is noted in a file, and the same restore run again comes to the end.
 * @returns the copy of now, and the directory with what was there
 */
export function restoreCopy(
  installation: Installation,
  { copy, key, place, tell }: { copy: CopyHere; key: Key | undefined; place: Place; tell: (what: string) => void },
) {
  return hold(installation, `restore ${copy.name}`, async () => {
    const { world, layout, runtime } = installation;
    const { files, docker, tar } = world;
    const step = (what: string) => {
      if (runtime.signal.aborted) throw interrupted(`before: ${what}`);
      tell(what);
    };
    assertKey(copy.manifest, key);
    step('reading the copy');
    // What is in it becomes root's files and secrets.
    for (const file of ['manifest.json', ...Object.keys(copy.manifest.files)])
      await assertTrusted(join(copy.directory, file), world);
    await assertWhole(copy, installation, key);
    for (const [reference, digest] of Object.entries(copy.manifest.images)) {
      const name = nameByDigest(reference, digest);
      if (!(await docker.image(name))) await docker.pull(name);
    }
    step('copying what is there now');
    // What its owner keeps encrypted does not lie about plain because of a restore.
    const readers = readersIn(installation) ?? (await readersWith(key));
    const before = await makeCopy(installation, place, 'before-restore', () => {}, readers);
    const kept = join(layout.root, `${keptFolder}${before.name}`);
    const fresh = join(kept, 'new');
    await files.makeDirectory(fresh, 0o700, root);
    try {
      step('unpacking');
      await tar.unpack(await contentOf(copy, 'files.tar', files, key), fresh);
      await mingle(installation, join(fresh, 'authentik'));
      step('restoring the database beside');
      await load(docker, await contentOf(copy, 'database.dump', files, key));
    } catch (error) {
      // Nothing was exchanged yet, and what was unpacked has secrets in it.
      await files.removeTree(kept).catch(() => {});
      throw error;
    }

    await files.write(join(layout.root, restoringFile), `${JSON.stringify({ copy: copy.path })}\n`, 0o600);
    // An upgrade that was interrupted has found its end, too.
    await giveUp(installation);
    tell('exchanging');
    for (const name of ['authentik-worker', 'authentik']) if (await docker.container(name)) await docker.remove(name);
    await swap(join(fresh, 'authentik'), layout.root, kept, files);
    await exchange(docker, (await valueIn(world, layout.env, 'POSTGRES_PASSWORD'))?.reveal());
    await files.removeTree(fresh);
    await files.remove(join(layout.root, restoringFile));
    return { before, kept };
  });
}

/**
 * What was made since the copy is still homeauth's, so that it can go; no way in by force is forgotten, no drill and no
 * figure, nor what opens the repository of copies now.
 */
export async function mingle({ world, layout, ledger }: Installation, fresh: string): Promise<void> {
  const { files } = world;
  const [home, path] = [layoutOf('').home, layoutOf('').ledger].map((one) => one.slice(layoutOf('').root.length));
  const text = await files.read(join(fresh, path ?? ''));
  const then = (text === undefined ? [] : JSON.parse(text).made) as Ledger;
  const made = record(await ledger.read(), then);
  const content = `${JSON.stringify({ version: 1, made }, undefined, 1)}\n`;
  if (!(await files.stat(join(fresh, home ?? '')))) await files.makeDirectory(join(fresh, home ?? ''), 0o700, root);
  await files.write(join(fresh, path ?? ''), content, 0o600);
  for (const path of [layout.rescueLog, layout.drillNote, layout.resticPassword, layout.figures]) {
    const now = await files.read(path);
    if (now !== undefined) await files.write(join(fresh, path.slice(layout.root.length)), now, 0o600);
  }
}
