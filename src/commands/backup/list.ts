import type { BackupListFlags } from '../../cli/backup.ts';
import { nameOf, placeOf } from '../../installation/backup-place.ts';
import { copiesIn } from '../../installation/backups.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { snapshotsOf } from '../../lifecycle/backup/snapshots.ts';
import type { ExitCode } from '../../model/failure.ts';
import { copyData, snapshots, copies as words } from '../../report/backups.ts';
import { begin } from '../screen.ts';

/** `homeauth backup list`: the copies of this installation, the newest first. */
export async function list(flags: BackupListFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('backup list', flags, runtime);
  const place = await placeOf(flags.from, flags.resticEnv, installation);
  const all = await copiesIn(place, installation);
  const name = nameOf(place);
  const ours = await snapshotsOf(installation);
  const text = [words(all, name, screen.paper), ...(ours?.snapshots.length ? ['', snapshots(ours, screen.paper)] : [])];
  return screen.result(text.join('\n'), { place: name, copies: all.map(copyData), ...(ours && { zfs: ours }) });
}
