import type { CommonFlags } from '../../cli/define-command.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { hold } from '../../procedures/lock.ts';
import { open } from '../../procedures/open.ts';
import { accountNamed } from '../../procedures/people/accounts.ts';
import { forgetGuesses } from '../../procedures/people/guesses.ts';
import type { Surroundings } from '../../procedures/surroundings.ts';
import { prose } from '../../report/prose.ts';
import { screenOf } from '../screen.ts';

/** `homeauth user unlock [NAME]`: wrong passwords are forgotten, of one name or of all names and addresses. */
export async function unlock(
  name: string | undefined,
  flags: CommonFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  if (name !== undefined) await accountNamed(installation, name);
  const screen = screenOf(surroundings, 'user unlock');
  const forgotten = await hold(installation, `user unlock ${name ?? ''}`.trim(), () =>
    forgetGuesses(installation, name),
  );
  const { paper } = screen;
  const words = name
    ? `${name} may try again. Where their address is locked for other names, too: homeauth user unlock`
    : 'Everybody may try again, from every address.';
  screen.result(
    prose(forgotten === 0 ? 'No wrong password is held against them.' : paper.marked('done', words), paper),
    { ...(name !== undefined && { user: name }), forgotten },
    true,
  );
  return exitCodes.fine;
}
