import type { PlanFlags } from '../cli/set-up.ts';
import { openAddresses } from '../config/open-path.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { planned } from '../procedures/converging.ts';
import type { Installation } from '../procedures/installation.ts';
import { open } from '../procedures/open.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { planData, plan as planText } from '../report/plan.ts';
import { screenOf } from './screen.ts';

/** `homeauth plan`: what apply would change. */
export async function plan(flags: PlanFlags, surroundings: Surroundings): Promise<ExitCode> {
  return showPlan(await open(flags.config, surroundings), surroundings, 'plan', flags.exitCode ?? false);
}

/** Shows a plan and changes nothing; also what `--dry-run` does. */
export async function showPlan(
  installation: Installation,
  surroundings: Surroundings,
  command: string,
  exitCode = false,
): Promise<ExitCode> {
  const screen = screenOf(surroundings, command);
  const { changes, right, trouble } = await planned(installation);
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
  screen.result(words, planData(changes, trouble), true);
  return exitCode && changes.length > 0 ? exitCodes.wrong : exitCodes.fine;
}
