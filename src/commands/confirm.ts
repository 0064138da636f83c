import { exitCodes, Failure } from '../model/failure.ts';
import type { Terminal } from '../world/terminal/terminal.ts';

/** Somebody was asked whether to go ahead, and would not. */
export const declined = (): Failure =>
  new Failure({
    code: 'refused',
    problem: 'Nothing was changed.',
    fix: 'Run the command again when you like.',
    exit: exitCodes.refused,
  });

/** Asks before something that cannot simply be taken back. @throws Failure refused, with exit code 3 */
export async function confirm(message: string, terminal: Terminal): Promise<void> {
  if (await terminal.confirm({ message, initial: false, flag: '--yes', ifStopped: 'Nothing was changed.' })) return;
  throw declined();
}
