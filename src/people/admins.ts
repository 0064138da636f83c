import type { Installation } from '../installation/installation.ts';
import { Failure } from '../model/failure.ts';
import type { Row } from '../world/authentik/schema.ts';
import { type Account, accounts, isPerson } from './accounts.ts';

type Group = Row<'core/groups'>;

/** Ids of the groups whose members may do everything: those that say so, and those below them. */
export function superGroups(groups: readonly Group[]): ReadonlySet<string> {
  const found = new Set(groups.filter((group) => group.is_superuser).map(({ pk }) => pk));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { pk, parents } of groups) if (parents?.some((parent) => found.has(parent))) found.add(pk);
  }
  return found;
}

/**
 * Somebody has to stay who can do everything and has logged in: whether an account has a password, authentik does not
 * tell. Its emergency account does not count: nobody has its password, and programs' accounts cannot log in.
 * @param loses what the admin would be afterwards: `to be removed`
 * @throws Failure last-admin
 */
export async function assertAdminStays(
  installation: Pick<Installation, 'world'>,
  account: Account,
  loses: string,
): Promise<void> {
  const isAdmin = (one: Account) => isPerson(one) && one.is_active !== false && one.is_superuser;
  if (!isAdmin(account)) return;
  const others = (await accounts(installation)).filter((one) => one.pk !== account.pk && isAdmin(one));
  if (others.some((one) => one.last_login)) return;
  throw lastAdmin(account.username, loses, others[0]?.username);
}

const lastAdmin = (name: string, loses: string, other: string | undefined): Failure =>
  new Failure({
    code: 'last-admin',
    problem: `${name} is the last administrator${other ? ' who has ever logged in' : ''}, and cannot be ${loses}.`,
    why: other
      ? `${other} is one, too, but has not logged in yet: with no password, or a forgotten one, nobody could change anything in authentik any more.`
      : 'Nobody could change anything in authentik any more.',
    fix: other
      ? `Let ${other} log in once, then run the command again. A password for them: homeauth user password ${other}`
      : 'Make somebody else one first: homeauth user groups NAME --add "authentik Admins"',
  });

/**
 * The owner is declared in homeauth.yaml: apply would make good at once what is taken away here.
 * @throws Failure user-declared
 */
export function assertNotDeclared({ config, source }: Pick<Installation, 'config' | 'source'>, name: string): void {
  if (config.admin.username !== name) return;
  throw new Failure({
    code: 'user-declared',
    problem: `${name} is the administrator that ${source} names.`,
    why: 'homeauth apply would undo this.',
    fix: [
      'Make another one an administrator: homeauth user groups NAME --add "authentik Admins"',
      'Name them there, under admin:, then: homeauth apply',
    ],
  });
}
