import type { BackupPruneFlags } from '../../cli/backup.ts';
import { checkKeep, type Keep, keepIn } from '../../config/retention.ts';
import { nameOf, placeOf } from '../../installation/backup-place.ts';
import { copiesIn } from '../../installation/backups.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import type { Installation } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { assertNewestWhole } from '../../lifecycle/backup/check.ts';
import { removeCopies, superfluous } from '../../lifecycle/backup/retention.ts';
import { dropSnapshots, snapshotsToDrop } from '../../lifecycle/backup/snapshots.ts';
import type { Copy } from '../../model/copy.ts';
import { type ExitCode, Failure } from '../../model/failure.ts';
import type { Style } from '../../report/style.ts';
import { confirm } from '../confirm.ts';
import { begin } from '../screen.ts';

/** `homeauth backup prune`: what is not to be kept goes, once the newest was read to its end. */
export async function prune(flags: BackupPruneFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('backup prune', flags, runtime);
  const place = await placeOf(flags.from, flags.resticEnv, installation);
  const name = nameOf(place);
  const keep = keepOf(flags.keep, installation);
  if (!keep) {
    throw new Failure({
      code: 'answer-missing',
      problem: 'It is not set which copies stay.',
      why: 'Neither --keep nor backup.keep in homeauth.yaml is set, so all of them stay.',
      fix: 'Set it: homeauth backup prune --keep 7d,4w,6m',
    });
  }
  const look = async () => {
    const copies = await copiesIn(place, installation);
    return { copies, goes: superfluous(copies, keep), drops: await snapshotsToDrop(installation, keep) };
  };
  const listed = ({ goes, drops }: Awaited<ReturnType<typeof look>>, verb: string, style: Style) =>
    [...goes.map(({ path }) => path), ...drops].map((one) => style.marked('drop', `${one}   ${verb}`)).join('\n');
  const tell = (found: Awaited<ReturnType<typeof look>>, verb: string, removed: readonly Copy[]): ExitCode => {
    const { goes, drops } = found;
    const none = `No copy in ${name} is superfluous.`;
    const words = goes.length + drops.length === 0 ? none : listed(found, verb, screen.paper);
    return screen.result(words, { place: name, removed: namesOf(removed), goes: namesOf(goes), snapshots: drops });
  };
  const seen = await look();
  if (flags.dryRun) return tell(seen, 'would go', []);
  if (runtime.terminal.interactive && seen.goes.length + seen.drops.length > 0) {
    screen.say(listed(seen, 'would go', screen.style));
    await confirm('Remove these for good?', runtime.terminal);
  }
  return hold(installation, 'backup prune', async () => {
    const now = await look();
    // What has become superfluous since was not on the list.
    const goes = now.goes.filter(({ path }) => seen.goes.some((one) => one.path === path));
    const drops = now.drops.filter((one) => seen.drops.includes(one));
    if (goes.length > 0) {
      await assertNewestWhole(now.copies, installation);
      await removeCopies(goes, place, installation);
    }
    await dropSnapshots(installation, drops);
    return tell({ copies: now.copies, goes, drops }, 'removed', goes);
  });
}

const namesOf = (copies: readonly Copy[]): string[] => copies.map(({ name }) => name);

/** What is kept: as it was said, else as homeauth.yaml says. @throws Failure flag-invalid */
export function keepOf(given: string | undefined, { config }: Installation): Keep | undefined {
  if (given === undefined) return config.backup.keep;
  const refusal = checkKeep(given);
  if (!refusal) return keepIn(given);
  throw new Failure({
    code: 'flag-invalid',
    problem: `--keep ${given} ${refusal.problem}.`,
    fix: refusal.fix,
  });
}
