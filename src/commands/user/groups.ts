import type { UserGroupsFlags } from '../../cli/people.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { hold } from '../../procedures/lock.ts';
import { open } from '../../procedures/open.ts';
import { accountNamed, personOf } from '../../procedures/people/accounts.ts';
import { changeGroups } from '../../procedures/people/change.ts';
import type { Surroundings } from '../../procedures/surroundings.ts';
import { asAdmin } from '../../report/people.ts';
import { screenOf } from '../screen.ts';
import { offerEnding } from './ending.ts';

/** `homeauth user groups NAME`: show somebody's groups, or change them. */
export async function groups(
  name: string,
  { add = [], remove = [], ...flags }: UserGroupsFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'user groups');
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
  if (!screen.json) screen.result(words.join('\n'), {}, true);
  const ended = change.removed.length > 0 ? await offerEnding(installation, [account], flags, screen, true) : 0;
  if (screen.json) screen.result('', { user: name, groups, ...change, sessionsEnded: ended }, true);
  return exitCodes.fine;
}
