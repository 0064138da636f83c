import type { PlanFlags } from '../cli/set-up.ts';
import { openAddresses } from '../config/open-path.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { open } from '../installation/open.ts';
import { planChanges, type Wishes } from '../lifecycle/reconcile.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { planData, plan as planText } from '../report/plan.ts';
import { screenOf } from './screen.ts';

/** `homeauth plan`: what apply would change. */
export async function plan(flags: PlanFlags, runtime: Runtime): Promise<ExitCode> {
  return showPlan(await open(flags.config, runtime), runtime, 'plan', flags.exitCode ? { exitCode: true } : {});
}

/** Shows a plan and changes nothing; also what `--dry-run` does. */
export async function showPlan(
  installation: Installation,
  runtime: Runtime,
  command: string,
  { exitCode = false, ...wishes }: Wishes & { readonly exitCode?: boolean } = {},
): Promise<ExitCode> {
  const screen = screenOf(runtime, command);
  const { changes, right, trouble } = await planChanges(installation, wishes);
  const words = planText(
    {
      changes,
      total: changes.length + right,
      command: `homeauth ${command === 'plan' ? 'apply' : command}`,
      open: openAddresses(installation.config.apps),
      ...(trouble && { trouble }),
    },
    screen.paper,
  );
  screen.result(words, planData(changes, trouble));
  return exitCode && changes.length > 0 ? exitCodes.wrong : exitCodes.fine;
}
