import type { UserGroupsFlags } from '../../cli/people.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { hold } from '../../installation/lock.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { accountNamed, personOf } from '../../people/accounts.ts';
import { changeGroups } from '../../people/change.ts';
import { asAdmin } from '../../report/people.ts';
import { begin } from '../screen.ts';
import { offerEndSessions } from './end-sessions.ts';

/** `homeauth user groups NAME`: show somebody's groups, or change them. */
export async function groups(
  name: string,
  { add = [], remove = [], ...flags }: UserGroupsFlags,
  runtime: Runtime,
): Promise<ExitCode> {
  const { installation, screen } = await begin('user groups', flags, runtime);
  const { paper } = screen;
  const isAsked = add.length + remove.length > 0;
  const change = isAsked
    ? await hold(installation, `user groups ${name}`, () => changeGroups(installation, name, { add, remove }))
    : { added: [], removed: [] };
  const account = await accountNamed(installation, name);
  const { groups, admin } = personOf(account);
  const changed = change.added.length + change.removed.length > 0;
  const state = groups.length > 0 ? `${name} is in: ${groups.join(', ')}` : `${name} is in no group`;
  const words = [
    ...change.added.map((group) => paper.marked('done', `${name} is in "${group}" now`)),
    ...(admin && change.added.length > 0 ? [asAdmin(name, paper)] : []),
    ...change.removed.map((group) => paper.marked('done', `${name} is no longer in "${group}"`)),
    ...(isAsked && !changed ? ['It was so already; nothing was changed.'] : []),
    ...(changed ? [] : [paper.text(state)]),
  ];
  if (!screen.json) screen.result(words.join('\n'), {});
  const ended = change.removed.length > 0 ? await offerEndSessions(installation, [account], flags, screen, true) : 0;
  if (screen.json) screen.result('', { user: name, groups, ...change, sessionsEnded: ended });
  return exitCodes.fine;
}
