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

/** Asks for the domain, typed, before something by which data is lost. @throws Failure confirm-differs, answer-missing, refused */
export async function confirmDomain(
  what: string,
  domain: string,
  { confirm: given }: { readonly confirm?: string },
  terminal: Terminal,
): Promise<void> {
  if (given === domain) return;
  if (given !== undefined) {
    throw new Failure({
      code: 'confirm-differs',
      problem: `--confirm ${given} is not this installation's domain.`,
      fix: `To go ahead: --confirm ${domain}`,
    });
  }
  if (!terminal.interactive) {
    throw new Failure({
      code: 'answer-missing',
      problem: `${what} loses what was changed since, and needs your confirmation.`,
      fix: `Add --confirm ${domain}`,
    });
  }
  const answer = await terminal.ask({
    message: `To go ahead, type ${domain}; Enter stops`,
    initial: '',
    flag: '--confirm DOMAIN',
    ifStopped: 'Nothing was changed.',
    validate: (value) => (value === '' || value === domain ? undefined : `Type ${domain}, or nothing.`),
  });
  if (answer !== domain) throw declined();
}
