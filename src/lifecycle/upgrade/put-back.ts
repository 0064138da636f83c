import { join } from 'node:path/posix';
import { copyAt } from '../../installation/backups.ts';
import { type Installation, valueIn } from '../../installation/installation.ts';
import { type Journal, upgraded } from '../../installation/upgrading.ts';
import { eraOf } from '../../model/release.ts';
import { assertIntact } from '../backup/check.ts';
import { exchange, load } from '../backup/exchange.ts';
import { mingle } from '../backup/restore.ts';
import { contentOf } from '../backup/seal.ts';
import { swap } from '../backup/swap.ts';

const root = { uid: 0, gid: 0 };

/** Where files go that a step has changed, until the way back has come to its end. */
const aside = ({ layout }: Pick<Installation, 'layout'>): string => join(layout.upgrades, 'taken-back');

/**
 * Database and files as they were at the copy, with authentik stopped and its database up. It can be repeated from its
 * beginning: all of it comes from the copy.
 * @throws Failure copy-damaged, copy-unknown before anything is touched
 */
export async function putBack(installation: Installation, { copy: path, from, to }: Journal & { copy: string }) {
  const { world, layout, surroundings } = installation;
  const { files, docker, tar } = world;
  const copy = await copyAt(path, surroundings);
  await assertIntact(copy, files);
  const kept = aside(installation);
  const fresh = join(kept, 'new');
  await files.removeTree(kept);
  await files.makeDirectory(fresh, 0o700, root);
  await tar.unpack(await contentOf(copy, 'files.tar', files, undefined), fresh);
  const then = join(fresh, 'authentik');
  await mingle(installation, then);
  await load(docker, await contentOf(copy, 'database.dump', files, undefined));
  const [was, is] = [eraOf(from)?.storage.folder, eraOf(to)?.storage.folder];
  // Only the newer line has this directory.
  if (is && is !== was && (await files.stat(join(layout.root, is))) && !(await files.stat(join(then, is))))
    await files.rename(join(layout.root, is), join(kept, is));
  const hadStep = (await files.stat(join(fresh, layout.upgraded.slice(layout.baseDir.length)))) !== undefined;
  await swap(then, layout.root, kept, files);
  if (!hadStep) await files.remove(layout.upgraded);
  await exchange(docker, (await valueIn(world, layout.env, 'POSTGRES_PASSWORD'))?.reveal());
}

/** What is known of the step before comes back, where this one had come to its end: so there is a way back over that, too. */
export async function putBackNote(installation: Installation, { copy: path }: Journal & { copy: string }) {
  const { world, layout, surroundings } = installation;
  const { files, tar } = world;
  if ((await upgraded(installation))?.copy !== path) return;
  const fresh = join(aside(installation), 'new');
  await files.removeTree(fresh);
  await files.makeDirectory(fresh, 0o700, root);
  await tar.unpack(await contentOf(await copyAt(path, surroundings), 'files.tar', files, undefined), fresh);
  const then = await files.read(join(fresh, layout.upgraded.slice(layout.baseDir.length)));
  if (then === undefined) await files.remove(layout.upgraded);
  else await files.write(layout.upgraded, then, 0o600);
}

/** What the way back took out of use goes. */
export async function forgetAside(installation: Installation): Promise<void> {
  await installation.world.files.removeTree(aside(installation));
}
