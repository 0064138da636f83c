import type { CommonFlags } from '../cli/define-command.ts';
import { nodeTerminal, type Terminal } from '../world/terminal/terminal.ts';

/** The terminal that homeauth was started in; alone, for what is said before a command begins. */
export function ownTerminal(flags: CommonFlags, signal: AbortSignal = new AbortController().signal): Terminal {
  const { env, stdin, stdout, stderr } = process;
  return nodeTerminal({
    env,
    stdin,
    stdout,
    stderr,
    flags: {
      yes: flags.yes ?? false,
      noInput: flags.input === false,
      json: flags.json ?? false,
      color: flags.color ?? 'auto',
    },
    signal,
  });
}
