import type { BackupShowFlags } from '../../cli/backup.ts';
import { placeOfCopy } from '../../installation/backup-place.ts';
import { copyNamed } from '../../installation/backups.ts';
import { open } from '../../installation/open.ts';
import type { Runtime } from '../../installation/runtime.ts';
import type { ExitCode } from '../../model/failure.ts';
import { copyData, copy as words } from '../../report/backups.ts';
import { screenOf } from '../screen.ts';

/** `homeauth backup show [COPY]`: what a copy says of itself. */
export async function show(given: string | undefined, flags: BackupShowFlags, runtime: Runtime): Promise<ExitCode> {
  const installation = await open(flags.config, runtime);
  const screen = screenOf(runtime, 'backup show');
  const copy = await copyNamed(given, await placeOfCopy(given, flags, installation), installation);
  return screen.result(words(copy, screen.paper), { copy: copyData(copy) }, true);
}
