import type { UserPasswordFlags } from '../../cli/people.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { hold } from '../../installation/lock.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { accountNamed, personOf } from '../../people/accounts.ts';
import { setPassword } from '../../people/change.ts';
import { begin } from '../screen.ts';
import { offerEndSessions } from './end-sessions.ts';
import { newPassword } from './password-from.ts';

/** `homeauth user password NAME`: a new password, typed twice, from a file or piped in. */
export async function password(name: string, flags: UserPasswordFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user password', flags, runtime);
  const account = await accountNamed(installation, name);
  const person = personOf(account);
  const known = { ...person, domain: installation.config.domain };
  const secret = await newPassword(known, flags, runtime);
  await hold(installation, `user password ${name}`, () => setPassword(installation, name, secret));
  const { paper } = screen;
  const words = [
    paper.marked('done', `${name} has a new password`),
    ...(person.active ? [] : [paper.marked('look', `${name} is disabled: homeauth user enable ${name}`)]),
  ];
  if (!screen.json) screen.result(words.join('\n'), {});
  // Whoever knew the old one may be among those who are logged in.
  const ended = await offerEndSessions(installation, [account], flags, screen, true);
  if (screen.json) screen.result('', { user: name, sessionsEnded: ended });
  return exitCodes.fine;
}
