import { basename, join } from 'node:path/posix';
import { setValue } from '../../config/edit.ts';
import { copyAt } from '../../installation/backups.ts';
import { type Installation, valueIn } from '../../installation/installation.ts';
import type { Journal } from '../../installation/upgrading.ts';
import type { CopyHere } from '../../model/copy.ts';
import { eraOf } from '../../model/release.ts';
import { assertIntact } from '../backup/check.ts';
import { contentOf } from '../backup/encryption.ts';
import { exchange, load } from '../backup/load-database.ts';
import { mingle } from '../backup/restore.ts';
import { swap } from '../backup/swap-files.ts';

const root = { uid: 0, gid: 0 };

/** Where files go that a step has changed, until the way back has come to its end. */
const aside = ({ layout }: Pick<Installation, 'layout'>): string => join(layout.upgrades, 'taken-back');

type Going = Journal & { copy: string };

/**
 * Database and files as they were at the copy, with authentik stopped and its database up. It can be repeated from its
 * beginning: all of it comes from the copy.
 * @throws Failure copy-damaged, copy-unknown before anything is touched
 */
export async function putBack(installation: Installation, journal: Going): Promise<void> {
  const { world, layout, runtime } = installation;
  const { files, docker } = world;
  const copy = await copyAt(journal.copy, runtime);
  await assertIntact(copy, files);
  const fresh = await unpacked(installation, copy);
  if (journal.because) await keepWishes(installation, journal, join(fresh, 'authentik'));
  await load(docker, await contentOf(copy, 'database.dump', files, undefined));
  await exchangeFiles(installation, journal, fresh);
  await exchange(docker, (await valueIn(world, layout.env, 'POSTGRES_PASSWORD'))?.reveal());
}

/** Files alone, beside a database that is itself as it was. It can be repeated, as `putBack` can. */
export async function putFilesBack(installation: Installation, journal: Going): Promise<void> {
  const copy = await copyAt(journal.copy, installation.runtime);
  await assertIntact(copy, installation.world.files);
  await exchangeFiles(installation, journal, await unpacked(installation, copy));
}

async function unpacked(installation: Installation, copy: CopyHere): Promise<string> {
  const { files, tar } = installation.world;
  const kept = aside(installation);
  const fresh = join(kept, 'new');
  await files.removeTree(kept);
  await files.makeDirectory(fresh, 0o700, root);
  await tar.unpack(await contentOf(copy, 'files.tar', files, undefined), fresh);
  await mingle(installation, join(fresh, 'authentik'));
  return fresh;
}

/** Where nobody asked for the way back, homeauth.yaml keeps what its owner has written since: homeauth wrote the release alone. */
async function keepWishes({ world: { files }, source }: Installation, { from }: Journal, then: string): Promise<void> {
  const [now, path] = [await files.read(source), join(then, basename(source))];
  if (now !== undefined && (await files.stat(path)))
    await files.write(path, setValue(now, ['authentik', 'version'], from), 0o644);
}

async function exchangeFiles(installation: Installation, { from, to }: Journal, fresh: string): Promise<void> {
  const { world, layout } = installation;
  const { files } = world;
  const kept = aside(installation);
  const then = join(fresh, 'authentik');
  const [was, is] = [eraOf(from)?.storage.folder, eraOf(to)?.storage.folder];
  // Only the newer line has this directory.
  if (is && is !== was && (await files.stat(join(layout.root, is))) && !(await files.stat(join(then, is))))
    await files.rename(join(layout.root, is), join(kept, is));
  // So there is a way back over the step before, too, where there was one.
  const hadStep = (await files.stat(join(fresh, layout.upgraded.slice(layout.baseDir.length)))) !== undefined;
  await swap(then, layout.root, kept, files);
  if (!hadStep) await files.remove(layout.upgraded);
}

/** What the way back took out of use goes. */
export async function forgetAside(installation: Installation): Promise<void> {
  await installation.world.files.removeTree(aside(installation));
}
