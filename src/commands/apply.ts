import type { ApplyFlags } from '../cli/set-up.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { open } from '../installation/open.ts';
import { newer } from '../installation/pins.ts';
import { reconcile } from '../lifecycle/reconcile.ts';
import type { ExitCode } from '../model/failure.ts';
import { shutOut } from '../people/shut-out.ts';
import { planData } from '../report/plan.ts';
import { consent } from './consent.ts';
import { showPlan } from './plan.ts';
import { screenOf } from './screen.ts';
import { offerEndSessions } from './user/end-sessions.ts';
import { verifyAndReport } from './verify-and-report.ts';

/** `homeauth apply`: make everything as homeauth.yaml says, and prove it. */
export async function apply(flags: ApplyFlags, runtime: Runtime): Promise<ExitCode> {
  const before = await open(flags.config, runtime);
  const wishes = { pins: flags.pull ? await newer(before) : {} };
  if (flags.dryRun) return showPlan(before, runtime, 'apply', wishes);
  const screen = screenOf(runtime, 'apply');
  const hasNewer = Object.keys(wishes.pins).length > 0;
  if (hasNewer) await consent(before, runtime, screen, wishes, 'This will be changed:');
  const { installation, changes } = await reconcile(before, 'apply', screen.progress, wishes);
  if (changes.length === 0) {
    return screen.result('Everything is as it should be; nothing was changed.', planData([]));
  }
  const sessionsEnded = await offerEndSessions(installation, await shutOut(installation, changes), flags, screen, true);
  return verifyAndReport(installation, screen, { changes, apps: installation.config.apps, fresh: true, sessionsEnded });
}
