import type { BackupVerifyFlags } from '../../cli/backup.ts';
import { placeOfCopy } from '../../installation/backup-place.ts';
import { copyNamed, near } from '../../installation/backups.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { damagesOf } from '../../lifecycle/backup/check.ts';
import { sizeOf } from '../../model/copy.ts';
import type { ExitCode } from '../../model/failure.ts';
import { bytes, copyData } from '../../report/backups.ts';
import { begin } from '../screen.ts';
import { flagFor, keyFrom } from './key.ts';

/** `homeauth backup verify [COPY]`: read it all, as a restore would. */
export async function verify(given: string | undefined, flags: BackupVerifyFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('backup verify', flags, runtime);
  const { paper } = screen;
  const copy = await copyNamed(given, await placeOfCopy(given, flags, installation), installation);
  const key = await keyFrom(flags, runtime);
  const damages = await near(copy, installation.layout, runtime, (here) => damagesOf(here, installation, key));
  runtime.terminal.live(undefined);
  const isWhole = damages.length === 0;
  const closed =
    copy.manifest.encrypted && !key
      ? [`  It is encrypted: what is in it is read with its key, ${flagFor(copy.manifest.encrypted)}.`]
      : [];
  const words = isWhole
    ? [paper.marked('done', `${copy.path} is whole: ${bytes(sizeOf(copy.manifest))}, read to its end`), ...closed]
    : [
        ...damages.map(({ file, is }) => paper.marked('wrong', `${copy.path}/${file} is ${is}`)),
        'Do not rely on it. Make a new one: homeauth backup',
      ];
  return screen.result(words.join('\n'), { copy: copyData(copy), damages }, isWhole);
}
