import type { Terminal } from '../../world/terminal/terminal.ts';
import { declined } from '../declined.ts';

/** Asks before something that cannot simply be taken back. @throws Failure refused, with exit code 3 */
export async function confirm(message: string, terminal: Terminal): Promise<void> {
  if (await terminal.confirm({ message, initial: false, flag: '--yes', ifStopped: 'Nothing was changed.' })) return;
  throw declined();
}
