import type { DoctorFlags } from '../cli/maintenance.ts';
import { examined, once } from '../doctor/doctor.ts';
import { keepFigures } from '../doctor/figures.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { open } from '../installation/open.ts';
import { knownEra } from '../installation/wanted-release.ts';
import { asNothing, type ExitCode, exitCodes } from '../model/failure.ts';
import { findingsData, verdict } from '../report/findings.ts';
import { scheduled } from './scheduled.ts';
import { screenOf } from './screen.ts';

/** `homeauth doctor`: what is wrong, why, and how to put it right. Exit code 4 when something needs the user. */
export function doctor(flags: DoctorFlags, runtime: Runtime): Promise<ExitCode> {
  return scheduled('doctor', flags, runtime, async () => {
    const screen = screenOf(runtime, 'doctor');
    const seen = await examined(flags.config, runtime);
    const findings = once(seen);
    if (flags.scheduled) await kept(flags.config, runtime);
    const ok = findings.every(({ status }) => status === 'ok' || status === 'skip');
    const verbose = flags.verbose ?? false;
    const look = { verbose, everything: 'homeauth doctor -v', reference: runtime.problemsPage };
    screen.result(verdict(findings, look, screen.paper), findingsData(findings), ok);
    return { code: ok ? exitCodes.fine : exitCodes.wrong, findings, seen };
  });
}

/** The figures of the day, for `homeauth report`; where they cannot be kept, what doctor found is told all the same. */
async function kept(flag: string | undefined, runtime: Runtime): Promise<void> {
  await open(flag, runtime, knownEra).then(keepFigures).catch(asNothing);
}
