import type { BackupShowFlags } from '../../cli/backup.ts';
import { placeOfCopy } from '../../installation/backup-place.ts';
import { copyNamed } from '../../installation/backups.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import type { ExitCode } from '../../model/failure.ts';
import { copyData, copy as words } from '../../report/backups.ts';
import { begin } from '../screen.ts';

/** `homeauth backup show [COPY]`: what a copy says of itself. */
export async function show(given: string | undefined, flags: BackupShowFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('backup show', flags, runtime);
  const copy = await copyNamed(given, await placeOfCopy(given, flags, installation), installation);
  return screen.result(words(copy, screen.paper), { copy: copyData(copy) });
}
