import type { ApplyFlags } from '../cli/set-up.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { carriedOut } from '../procedures/converging.ts';
import { open } from '../procedures/open.ts';
import { shutOut } from '../procedures/people/shut-out.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { planData } from '../report/plan.ts';
import { showPlan } from './plan.ts';
import { finish } from './proving.ts';
import { screenOf } from './screen.ts';
import { offerEnding } from './user/ending.ts';

/** `homeauth apply`: make everything as homeauth.yaml says, and prove it. */
export async function apply(flags: ApplyFlags, surroundings: Surroundings): Promise<ExitCode> {
  const before = await open(flags.config, surroundings);
  if (flags.dryRun) return showPlan(before, surroundings, 'apply');
  const screen = screenOf(surroundings, 'apply');
  const { installation, changes } = await carriedOut(before, 'apply', screen.progress);
  if (changes.length === 0) {
    screen.result('Everything is as it should be; nothing was changed.', planData([]), true);
    return exitCodes.fine;
  }
  const sessionsEnded = await offerEnding(installation, await shutOut(installation, changes), flags, screen, true);
  return finish(installation, screen, { changes, apps: installation.config.apps, fresh: true, sessionsEnded });
}
