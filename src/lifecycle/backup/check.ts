import { join } from 'node:path/posix';
import { digestOf, near } from '../../installation/backups.ts';
import type { Installation } from '../../installation/installation.ts';
import type { Copy, CopyHere } from '../../model/copy.ts';
import { exitCodes, Failure, insteadOf } from '../../model/failure.ts';
import type { Files } from '../../world/world.ts';
import { readWhole } from './dump.ts';
import { isSealed, type Key, opened, plainName } from './encryption.ts';

/** What is wrong with a file of a copy. */
export interface Damage {
  readonly file: string;
  readonly is: 'missing' | 'changed' | 'unreadable';
}

/**
 * Reads all of a copy: every file is the one that was written, and the dump and the archives can be read to their end.
 * What is encrypted is read so far only by who has the key. `container`: where PostgreSQL runs.
 */
export async function damagesOf(
  { directory, manifest }: CopyHere,
  { world }: Installation,
  key?: Key,
  container?: string,
): Promise<readonly Damage[]> {
  const { files, tar, docker } = world;
  const damages = [...(await changesIn({ directory, manifest }, files))];
  for (const file of Object.keys(manifest.files)) {
    if (damages.some((one) => one.file === file) || (isSealed(file) && !key)) continue;
    const stream = await files.stream(join(directory, file));
    const content = isSealed(file) ? await opened(stream, key, manifest.encrypted) : stream;
    const isReadable = plainName(file).endsWith('.tar')
      ? await tar.names(content).then(() => true, whereTarFailed)
      : await readWhole(docker, content, container);
    if (!isReadable) damages.push({ file, is: 'unreadable' });
  }
  return damages;
}

/** Files that are not the ones that were written. */
async function changesIn(
  { directory, manifest }: Pick<CopyHere, 'directory' | 'manifest'>,
  files: Files,
): Promise<readonly Damage[]> {
  const damages: Damage[] = [];
  for (const [file, { size, sha256 }] of Object.entries(manifest.files)) {
    const at = join(directory, file);
    const found = (await files.stat(at))?.type === 'file' ? await digestOf(at, files) : undefined;
    if (!found) damages.push({ file, is: 'missing' });
    else if (found.size !== size || found.sha256 !== sha256) damages.push({ file, is: 'changed' });
  }
  if (!Object.keys(manifest.files).some((file) => plainName(file) === 'database.dump'))
    damages.push({ file: 'database.dump', is: 'missing' });
  return damages;
}

/** Every file is the one that was written; whether it can be read is another question. @throws Failure copy-damaged */
export async function assertIntact(copy: CopyHere, files: Files): Promise<void> {
  const damages = await changesIn(copy, files);
  if (damages.length > 0) throw damaged(copy, damages);
}

const whereTarFailed = insteadOf('tar-failed', false as const);

/** @throws Failure copy-damaged */
export async function assertWhole(
  copy: CopyHere,
  installation: Installation,
  key?: Key,
  container?: string,
): Promise<void> {
  const damages = await damagesOf(copy, installation, key, container);
  if (damages.length > 0) throw damaged(copy, damages);
}

/** What a restore would fall back on is good. @throws Failure copy-damaged */
export async function assertNewestWhole([newest]: readonly Copy[], installation: Installation): Promise<void> {
  const { layout, runtime } = installation;
  if (newest) await near(newest, layout, runtime, (here) => assertWhole(here, installation));
}

const damaged = ({ path }: Copy, damages: readonly Damage[]): Failure =>
  new Failure({
    code: 'copy-damaged',
    problem: `The copy ${path} is damaged: ${damages.map(({ file, is }) => `${file} is ${is}`).join(', ')}.`,
    why: 'The files were changed after the copy was made.',
    fix: 'Take another one: homeauth backup list',
    exit: exitCodes.wrong,
  });
