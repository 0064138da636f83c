import type { UserResetFlags } from '../../cli/people.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { hold } from '../../installation/lock.ts';
import type { ExitCode } from '../../model/failure.ts';
import { accountNamed } from '../../people/accounts.ts';
import { assertActive, mailPasswordLink, passwordLink } from '../../people/reset.ts';
import { prose } from '../../report/layout.ts';
import { begin } from '../screen.ts';

const one = 'It is good for 24 hours, and once. There is one link for each person: this one replaces any before it.';

/** `homeauth user reset NAME`: a link with which somebody sets a new password, by mail or printed. */
export async function reset(name: string, flags: UserResetFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user reset', flags, runtime);
  const { paper } = screen;
  const account = await accountNamed(installation, name);
  assertActive(account);
  const link = await hold(installation, `user reset ${name}`, async () =>
    flags.print ? passwordLink(installation, account) : mailPasswordLink(installation, account),
  );
  const words = link
    ? [paper.marked('done', `a link for ${name} to set a new password:`), `  ${link.reveal()}`, '', prose(one, paper)]
    : [
        paper.marked('done', `authentik mails a link to ${account.email}`),
        '',
        prose([one, `If it does not come: homeauth mail test ${account.email}`], paper),
      ];
  const data = { user: name, ...(link ? { link: link.reveal() } : { mailed: account.email ?? '' }) };
  return screen.result(words.join('\n'), data);
}
