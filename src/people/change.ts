import type { Installation } from '../installation/installation.ts';
import { Failure } from '../model/failure.ts';
import type { Secret } from '../model/secret.ts';
import { type Account, accountNamed } from './accounts.ts';
import { assertAdminStays, assertNotDeclared, superGroups } from './admins.ts';
import { groupsNamed } from './groups.ts';
import { retryUncertain } from './retry-uncertain.ts';
import { endSessions, sessionsOf } from './sessions.ts';

/** May somebody be removed? @throws Failure last-admin, user-declared */
export async function assertRemovable(installation: Installation, account: Account): Promise<void> {
  await assertAdminStays(installation, account, 'removed');
  assertNotDeclared(installation, account.username);
}

/** Somebody's account, sessions and devices, gone for good. */
export async function removePerson(installation: Installation, name: string): Promise<void> {
  const account = await accountNamed(installation, name);
  await assertRemovable(installation, account);
  // First, so that the outpost hears of each of them.
  await endSessions(installation, account);
  await retryUncertain(() => installation.world.authentik.remove('core/users', account.pk));
}

/**
 * Let somebody log in, or not; one who may not is logged out everywhere.
 * @returns whether it was otherwise before, and how many sessions were ended
 */
export async function setActive(
  installation: Installation,
  name: string,
  active: boolean,
): Promise<{ changed: boolean; ended: number }> {
  const account = await accountNamed(installation, name);
  if (!active) await assertAdminStays(installation, account, 'disabled');
  const changed = (account.is_active ?? true) !== active;
  const ended = active ? 0 : (await sessionsOf(installation, account)).length;
  if (changed)
    await retryUncertain(() => installation.world.authentik.update('core/users', account.pk, { is_active: active }));
  // authentik may have done so itself.
  if (!active) await endSessions(installation, account);
  return { changed, ended };
}

export async function setPassword(installation: Installation, name: string, password: Secret): Promise<void> {
  const { pk } = await accountNamed(installation, name);
  const path = `core/users/${pk}/set_password`;
  await retryUncertain(() => installation.world.authentik.call('POST', path, { password }, ['core/users']));
  // Whoever has tried too often before is not kept from using it.
  await forgetGuesses(installation, name);
}

/**
 * Put somebody into groups and take them out of others.
 * @returns what was not so before
 * @throws Failure flag-invalid, group-unknown, last-admin, user-declared
 */
export async function changeGroups(
  installation: Installation,
  name: string,
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Promise<{ added: readonly string[]; removed: readonly string[] }> {
  const { authentik } = installation.world;
  const both = add.find((group) => remove.includes(group));
  if (both !== undefined) throw contradiction(both);
  const account = await accountNamed(installation, name);
  const [into, from] = await Promise.all([groupsNamed(installation, add), groupsNamed(installation, remove)]);
  const added = into.filter(({ pk }) => !account.groups?.includes(pk));
  const removed = from.filter(({ pk }) => account.groups?.includes(pk));
  const supers = superGroups(await authentik.list('core/groups'));
  const after = [...(account.groups ?? []), ...added.map(({ pk }) => pk)].filter(
    (pk) => !removed.some((group) => group.pk === pk),
  );
  if (account.is_superuser && !after.some((pk) => supers.has(pk))) {
    await assertAdminStays(installation, account, 'taken out of the administrators');
  }
  if (removed.some((group) => group.is_superuser)) assertNotDeclared(installation, name);
  const member = (group: string, action: 'add_user' | 'remove_user') =>
    retryUncertain(() =>
      authentik.call('POST', `core/groups/${group}/${action}`, { pk: account.pk }, ['core/groups', 'core/users']),
    );
  for (const { pk } of added) await member(pk, 'add_user');
  for (const { pk } of removed) await member(pk, 'remove_user');
  return { added: added.map((group) => group.name), removed: removed.map((group) => group.name) };
}

/** Done in turn, it would be otherwise after every run. */
const contradiction = (group: string): Failure =>
  new Failure({
    code: 'flag-invalid',
    problem: `"${group}" is given to both --add and --remove.`,
    fix: 'Leave one of the two out.',
  });

/**
 * authentik forgets how often a password was typed wrong: for one name, or for every name and address.
 * @returns how many scores were against somebody
 */
export async function forgetGuesses({ world }: Pick<Installation, 'world'>, username?: string): Promise<number> {
  const scores = await world.authentik.list('policies/reputation/scores', 'fresh');
  const bad = scores.filter(({ identifier, score = 0 }) => score < 0 && (username ?? identifier) === identifier);
  for (const { pk } of bad)
    if (pk) await retryUncertain(() => world.authentik.remove('policies/reputation/scores', pk));
  return bad.length;
}
