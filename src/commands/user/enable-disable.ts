import type { CommonFlags } from '../../cli/define-command.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { hold } from '../../installation/lock.ts';
import { open } from '../../installation/open.ts';
import type { ExitCode } from '../../model/failure.ts';
import { accountNamed } from '../../people/accounts.ts';
import { assertAdminStays } from '../../people/admins.ts';
import { setActive } from '../../people/change.ts';
import { row } from '../../report/layout.ts';
import { confirm } from '../confirm.ts';
import { screenOf } from '../screen.ts';

/** `homeauth user disable NAME`: somebody may not log in any more, and is logged out everywhere. */
export async function disable(name: string, flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const installation = await open(flags.config, runtime);
  const account = await accountNamed(installation, name);
  await assertAdminStays(installation, account, 'disabled');
  await confirm(`Disable ${name}, and log them out everywhere?`, runtime.terminal);
  const { changed, ended } = await hold(installation, `user disable ${name}`, () =>
    setActive(installation, name, false),
  );
  const first = changed ? `${name} may not log in any more` : `${name} was disabled already`;
  const rest = ended > 0 ? `; ${sessions(ended)} ended, and the apps follow some seconds later` : '';
  return tell('user disable', `${first}${rest}.`, { user: name, changed, sessionsEnded: ended }, runtime);
}

/** `homeauth user enable NAME`: somebody may log in again. */
export async function enable(name: string, flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const installation = await open(flags.config, runtime);
  const { changed } = await hold(installation, `user enable ${name}`, () => setActive(installation, name, true));
  const words = changed ? `${name} may log in again, with the password they have.` : `${name} may log in already.`;
  return tell('user enable', words, { user: name, changed }, runtime);
}

export const sessions = (n: number): string => (n === 1 ? '1 session' : `${n} sessions`);

function tell(command: string, words: string, data: Readonly<Record<string, unknown>>, runtime: Runtime): ExitCode {
  const screen = screenOf(runtime, command);
  const { paper } = screen;
  return screen.result(row(paper, { mark: paper.mark('done'), text: paper.text(words) }).join('\n'), data);
}
