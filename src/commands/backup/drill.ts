import type { BackupDrillFlags } from '../../cli/backup.ts';
import { placeOfCopy } from '../../installation/backup-place.ts';
import { copyNamed, near } from '../../installation/backups.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { drill as carryOut } from '../../lifecycle/backup/drill.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { issueOf } from '../../model/finding.ts';
import { findingsData, proof } from '../../report/findings.ts';
import { duration } from '../../report/time.ts';
import { type Outcome, scheduled } from '../scheduled.ts';
import { begin } from '../screen.ts';
import { keyFrom } from './key.ts';

/** `homeauth backup drill [COPY]`: would a restore bring people back in? */
export function drill(given: string | undefined, flags: BackupDrillFlags, runtime: Runtime): Promise<ExitCode> {
  return scheduled('drill', flags, runtime, () => drilled(given, flags, runtime));
}

async function drilled(given: string | undefined, flags: BackupDrillFlags, runtime: Runtime): Promise<Outcome> {
  const { installation, screen } = await begin('backup drill', flags, runtime);
  const { terminal, world } = runtime;
  const copy = await copyNamed(given, await placeOfCopy(given, flags, installation), installation);
  const key = await keyFrom(flags, runtime);
  const began = world.clock.now();
  const tell = (what: string) => terminal.live(`· drill   ${what}`);
  const findings = await near(copy, installation.layout, runtime, (here) =>
    carryOut(installation, { copy: here, key, tell }),
  );
  terminal.live(undefined);
  const took = world.clock.now() - began;
  const isGood = !findings.some(issueOf);
  const verdict = isGood
    ? `${copy.path} can be restored: proven in ${duration(took)}. What was started for it is gone.`
    : `${copy.path} did not pass. What was started for it is gone; the installation was not touched.`;
  const words = [proof(findings, screen.paper), '', screen.paper.text(verdict)];
  screen.result(words.join('\n'), { copy: copy.name, took: Math.round(took), ...findingsData(findings) }, isGood);
  return { code: isGood ? exitCodes.fine : exitCodes.wrong, findings };
}
