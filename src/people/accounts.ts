import { nearest } from '../config/nearest.ts';
import { emergencyAccount } from '../desired/sso.ts';
import type { Installation } from '../installation/installation.ts';
import { Failure } from '../model/failure.ts';
import type { Person } from '../model/person.ts';
import type { Row } from '../world/authentik/schema.ts';

export type Account = Row<'core/users'>;

type Sight = Pick<Installation, 'world'>;

const sortOf = ({ username, type }: Account): Person['sort'] => {
  if (username === emergencyAccount) return 'emergency';
  return type === 'internal' || type === 'external' ? 'person' : 'service';
};

export const isPerson = (account: Account): boolean => sortOf(account) === 'person';

export const accounts = ({ world }: Sight): Promise<readonly Account[]> => world.authentik.list('core/users', 'fresh');

/**
 * The account of a person, or of anybody, as it is now.
 * @throws Failure user-unknown, or user-reserved for accounts that are not a person's
 */
export async function accountNamed(sight: Sight, name: string, who: 'people' | 'anybody' = 'people'): Promise<Account> {
  const all = await accounts(sight);
  const found = all.find(({ username }) => username === name);
  if (!found) throw unknown(name, all);
  if (who === 'people' && !isPerson(found)) throw reserved(found);
  return found;
}

export function personOf(account: Account): Person {
  const { username, name, email, groups_obj: groups, is_active: active, is_superuser: admin } = account;
  return {
    username,
    // Everybody may choose their own: a line break in it would write lines of ours.
    name: name.replaceAll(/\p{Cc}+/gu, ' '),
    email: email ?? '',
    groups: (groups ?? []).map((group) => group.name).toSorted(),
    active: active ?? true,
    admin,
    ...(account.last_login && { lastLogin: account.last_login }),
    sort: sortOf(account),
  };
}

function unknown(name: string, all: readonly Account[]): Failure {
  const near = nearest(
    name,
    all.filter(isPerson).map(({ username }) => username),
  );
  return new Failure({
    code: 'user-unknown',
    problem: `authentik has no user "${name}".`,
    fix: near ? `Did you mean: ${near}` : 'See all accounts: homeauth user list',
  });
}

function reserved(account: Account): Failure {
  const { username } = account;
  if (sortOf(account) === 'emergency') {
    return new Failure({
      code: 'user-reserved',
      problem: `${username} is authentik's own emergency account, and homeauth leaves it alone.`,
      why: 'authentik recreates it when somebody deletes it.',
      fix: `To log in with it: homeauth rescue ${username}`,
    });
  }
  return new Failure({
    code: 'user-reserved',
    problem: `"${username}" is the account of a program, not of a person.`,
    why: 'A change could break homeauth itself or an outpost of authentik.',
    fix: 'See the accounts of people: homeauth user list',
  });
}
