import type { UpgradeFlags } from '../cli/care.ts';
import { checkVersion } from '../config/version.ts';
import { knownEra } from '../installation/era.ts';
import { open } from '../installation/open.ts';
import type { Runtime } from '../installation/runtime.ts';
import { lookForNewer } from '../lifecycle/upgrade/check.ts';
import { newest, planUpgrade } from '../lifecycle/upgrade/rungs.ts';
import { type ExitCode, exitCodes, Failure } from '../model/failure.ts';
import { newer as newerWords, upgradeData, upgrade as words } from '../report/upgrade.ts';
import { screenOf } from './screen.ts';

/** `homeauth upgrade`: whether there is a newer authentik (`--check`), and what each step there means (`--dry-run`). */
export async function upgrade(flags: UpgradeFlags, runtime: Runtime): Promise<ExitCode> {
  const to = flags.to ?? newest;
  const refusal = checkVersion(to);
  if (refusal) {
    const { problem, why, fix } = refusal;
    throw new Failure({ code: 'flag-invalid', problem: `--to ${to} ${problem}.`, ...(why && { why }), fix });
  }
  // One that gets no fixes any more is upgraded first of all.
  const installation = await open(flags.config, runtime, knownEra);
  const screen = screenOf(runtime, 'upgrade');
  if (flags.check) {
    const newer = await lookForNewer(installation);
    screen.result(newerWords(newer, screen.paper), { ...newer }, true);
    return exitCodes.fine;
  }
  if (!flags.dryRun) {
    throw new Failure({
      code: 'upgrade-shown-only',
      problem: 'This homeauth shows what an upgrade means, and does not carry it out.',
      fix: 'See it: homeauth upgrade --dry-run',
    });
  }
  const plan = await planUpgrade(installation, to);
  const isGood = [plan, ...plan.rungs].every(({ stops }) => stops.length === 0);
  screen.result(words(plan, screen.paper), upgradeData(plan), isGood);
  return isGood ? exitCodes.fine : exitCodes.wrong;
}
