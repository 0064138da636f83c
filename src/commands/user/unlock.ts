import type { CommonFlags } from '../../cli/define-command.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { hold } from '../../installation/lock.ts';
import type { ExitCode } from '../../model/failure.ts';
import { accountNamed } from '../../people/accounts.ts';
import { forgetGuesses } from '../../people/change.ts';
import { prose } from '../../report/layout.ts';
import { begin } from '../screen.ts';

/** `homeauth user unlock [NAME]`: wrong passwords are forgotten, of one name or of all names and addresses. */
export async function unlock(name: string | undefined, flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user unlock', flags, runtime);
  if (name !== undefined) await accountNamed(installation, name);
  const forgotten = await hold(installation, `user unlock ${name ?? ''}`.trim(), () =>
    forgetGuesses(installation, name),
  );
  const { paper } = screen;
  const words = name
    ? `${name} may try again. Where their address is locked for other names, too: homeauth user unlock`
    : 'Everybody may try again, from every address.';
  return screen.result(prose(forgotten === 0 ? 'There is no block to lift.' : paper.marked('done', words), paper), {
    ...(name !== undefined && { user: name }),
    forgotten,
  });
}
