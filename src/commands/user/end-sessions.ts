import type { UserGroupsFlags } from '../../cli/people.ts';
import type { Installation } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import type { Account } from '../../people/accounts.ts';
import { endSessions, sessionsOf } from '../../people/sessions.ts';
import { prose, row } from '../../report/layout.ts';
import type { Screen } from '../screen.ts';

/**
 * What somebody has open stays open where they are logged in, whatever was changed: until that session ends.
 * @param advised - Whether Enter alone ends them: not where somebody came for a look
 * @returns how many sessions were ended
 */
export async function offerEndSessions(
  installation: Installation,
  people: readonly Account[],
  { endSessions: isWanted }: Pick<UserGroupsFlags, 'endSessions'>,
  screen: Screen,
  advised: boolean,
): Promise<number> {
  const { terminal } = installation.runtime;
  const found = await Promise.all(
    people.map(async (account) => ({ account, count: (await sessionsOf(installation, account)).length })),
  );
  const there = found.filter(({ count }) => count > 0);
  if (there.length === 0) return 0;
  const names = there.map(({ account }) => account.username).join(', ');
  if (!isWanted) {
    for (const { account, count } of there) {
      const places = count === 1 ? 'a browser' : `${count} browsers`;
      const text = `${account.username} is logged in with ${places}. What they may have opened there before goes on until that session ends.`;
      screen.say(row(screen.style, { mark: screen.style.mark('look'), text: screen.style.text(text) }).join('\n'));
    }
    if (!terminal.interactive) {
      screen.say(prose('To log them out everywhere, run this again with --end-sessions', screen.style));
      return 0;
    }
    const message = `Log ${names} out everywhere?`;
    const ifStopped = 'The sessions go on.';
    if (!(await terminal.confirm({ message, initial: advised, flag: '--end-sessions', ifStopped }))) return 0;
  }
  const ended = await hold(installation, `end the sessions of ${names}`, async () => {
    let count = 0;
    for (const { account } of there) count += await endSessions(installation, account);
    return count;
  });
  const are = there.length === 1 ? 'is' : 'are';
  const text = `${names} ${are} logged out everywhere; the apps follow some seconds later`;
  screen.say(screen.style.marked('done', text));
  return ended;
}
