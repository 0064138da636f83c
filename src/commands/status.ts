import type { CommonFlags } from '../cli/define-command.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { inventory } from '../procedures/inventory.ts';
import { open } from '../procedures/open.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { inventory as words } from '../report/inventory.ts';
import { screenOf } from './screen.ts';

/** `homeauth status`: what is there, and whether it runs. */
export async function status(flags: CommonFlags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'status');
  const found = await inventory(installation);
  screen.result(words(found, screen.paper), { ...found }, found.running);
  return found.running ? exitCodes.fine : exitCodes.wrong;
}
