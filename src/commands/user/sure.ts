import { exitCodes, Failure } from '../../model/failure.ts';
import type { Terminal } from '../../world/terminal/terminal.ts';

/** Asks before something that cannot simply be taken back. @throws Failure refused, with exit code 3 */
export async function sure(message: string, terminal: Terminal): Promise<void> {
  if (await terminal.confirm({ message, initial: false, flag: '--yes', ifStopped: 'Nothing was changed.' })) return;
  throw new Failure({
    code: 'refused',
    problem: 'Nothing was changed.',
    fix: 'Run the command again when you like.',
    exit: exitCodes.refused,
  });
}
