import type { CommonFlags } from '../cli/define-command.ts';
import type { Job } from '../config/notify.ts';
import { isOfApp, isSameCheck } from '../doctor/checks.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { open } from '../installation/open.ts';
import { knownEra } from '../installation/wanted-release.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { type Finding, ok } from '../model/finding.ts';
import { notify } from '../notify/notify.ts';
import { failure } from '../report/failure.ts';
import { failed } from '../verify/check.ts';
import { screenOf } from './screen.ts';

/** What a command came to. */
export interface Outcome {
  readonly code: ExitCode;
  readonly findings: readonly Finding[];
  /** Also those that were left out because others say the same. */
  readonly seen?: readonly Finding[];
}

const titles: Readonly<Record<Job, string>> = {
  backup: 'a copy was made',
  doctor: 'doctor looks at everything',
  drill: 'a copy was restored for a trial',
};

/** Carries out what a timer runs, and with --scheduled tells those whom homeauth.yaml names. The exit code stays what it is. */
export async function scheduled(
  job: Job,
  flags: CommonFlags & { readonly scheduled?: true | undefined },
  runtime: Runtime,
  run: () => Promise<Outcome>,
): Promise<ExitCode> {
  if (!flags.scheduled) return (await run()).code;
  const about = { id: 'run-failed', title: titles[job] };
  try {
    const { code, findings, seen = findings } = await run();
    await tell([ok(about), ...findings], [ok(about), ...seen]);
    return code;
  } catch (error) {
    // Somebody who ends it knows of it.
    if (error instanceof Failure && error.code === 'interrupted') throw error;
    const all = [failed(about, error instanceof Failure ? error : bug(job))];
    await tell(all, all);
    throw error;
  }

  async function tell(findings: readonly Finding[], seen: readonly Finding[]): Promise<void> {
    const screen = screenOf(runtime, job);
    try {
      // That an upgrade is half-way is what is told.
      const installation = await open(flags.config, { ...runtime, overUpgrade: true }, knownEra);
      const untold = await notify(installation, { job, findings, seen }, { isSame: isSameCheck, isOfApp });
      for (const one of untold) screen.say(failure(one, screen.style));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      screen.say(failure(error, screen.style));
    }
  }
}

const bug = (job: Job) => ({
  code: 'run-failed',
  problem: 'The run ended with an error of homeauth itself.',
  fix: `journalctl -u homeauth-${job}`,
});
