import type { UserGroupsFlags } from '../../cli/people.ts';
import type { Installation } from '../../procedures/installation.ts';
import { hold } from '../../procedures/lock.ts';
import type { Account } from '../../procedures/people/accounts.ts';
import { endSessions, sessionsOf } from '../../procedures/people/sessions.ts';
import { row } from '../../report/layout.ts';
import { prose } from '../../report/prose.ts';
import type { Screen } from '../screen.ts';

/**
 * Somebody may open less than before: where they are logged in, that is seen only when the session ends.
 * @param advised - Whether Enter alone ends them: not where somebody came for a look
 * @returns how many sessions were ended
 */
export async function offerEnding(
  installation: Installation,
  account: Account,
  { endSessions: isWanted }: Pick<UserGroupsFlags, 'endSessions'>,
  screen: Screen,
  advised: boolean,
): Promise<number> {
  const { terminal } = installation.surroundings;
  const { username } = account;
  const sessions = await sessionsOf(installation, account);
  if (sessions.length === 0) return 0;
  if (!isWanted) {
    const places = sessions.length === 1 ? 'a browser' : `${sessions.length} browsers`;
    screen.say(
      row(screen.style, {
        mark: screen.style.mark('look'),
        text: `${username} is logged in with ${places}. What was opened there stays open until that session ends.`,
      }).join('\n'),
    );
    if (!terminal.interactive) {
      screen.say(prose('To log them out everywhere, run this again with --end-sessions', screen.style));
      return 0;
    }
    const message = `Log ${username} out everywhere?`;
    const ifStopped = 'The sessions go on.';
    if (!(await terminal.confirm({ message, initial: advised, flag: '--end-sessions', ifStopped }))) return 0;
  }
  const ended = await hold(installation, `end the sessions of ${username}`, () => endSessions(installation, account));
  screen.say(`${screen.style.mark('done')} ${username} is logged out everywhere; the apps follow some seconds later`);
  return ended;
}
