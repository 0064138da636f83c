import type { CommonFlags } from '../../cli/define-command.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { hold } from '../../procedures/lock.ts';
import { open } from '../../procedures/open.ts';
import { accountNamed } from '../../procedures/people/accounts.ts';
import { assertAdminStays } from '../../procedures/people/admins.ts';
import { setActive } from '../../procedures/people/change.ts';
import type { Surroundings } from '../../procedures/surroundings.ts';
import { row } from '../../report/layout.ts';
import { screenOf } from '../screen.ts';
import { sure } from './sure.ts';

/** `homeauth user disable NAME`: somebody may not log in any more, and is logged out everywhere. */
export async function disable(name: string, flags: CommonFlags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const account = await accountNamed(installation, name);
  await assertAdminStays(installation, account, 'disabled');
  await sure(`Disable ${name}, and log them out everywhere?`, surroundings.terminal);
  const { changed, ended } = await hold(installation, `user disable ${name}`, () =>
    setActive(installation, name, false),
  );
  const first = changed ? `${name} may not log in any more` : `${name} was disabled already`;
  const rest = ended > 0 ? `; ${sessions(ended)} ended, and the apps follow some seconds later` : '';
  return tell('user disable', `${first}${rest}.`, { user: name, changed, sessionsEnded: ended }, surroundings);
}

/** `homeauth user enable NAME`: somebody may log in again. */
export async function enable(name: string, flags: CommonFlags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const { changed } = await hold(installation, `user enable ${name}`, () => setActive(installation, name, true));
  const words = changed ? `${name} may log in again, with the password they have.` : `${name} may log in already.`;
  return tell('user enable', words, { user: name, changed }, surroundings);
}

export const sessions = (n: number): string => (n === 1 ? '1 session' : `${n} sessions`);

function tell(
  command: string,
  words: string,
  data: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): ExitCode {
  const screen = screenOf(surroundings, command);
  const { paper } = screen;
  screen.result(row(paper, { mark: paper.mark('done'), text: paper.text(words) }).join('\n'), data, true);
  return exitCodes.fine;
}
