import type { Installation } from '../installation/installation.ts';
import { userKind } from '../kinds/user.ts';
import { Failure } from '../model/failure.ts';
import type { Secret } from '../model/secret.ts';
import { type Account, accounts } from './accounts.ts';
import { groupsNamed } from './groups.ts';
import { retryUncertain } from './retry-uncertain.ts';

export interface NewPerson {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly password?: Secret;
}

/**
 * Make somebody's account; a run that was cut off is gone on with.
 * @returns false where the account is there already, just as it is wanted; its password is then left alone
 * @throws Failure user-name-taken, email-taken, user-exists, group-unknown
 */
export async function addPerson(installation: Installation, want: NewPerson): Promise<boolean> {
  const { world } = installation;
  const { username, password, ...rest } = want;
  const spec = { ...rest, ...(password && { firstPassword: password }) };
  await groupsNamed(installation, want.groups);
  const there = (await accounts(installation)).find((row) => row.username === username);
  // Refuses names that differ in capitals only, and an address that is somebody else's.
  const look = () => userKind.observe(username, world, spec);
  await look();
  if (there && !isBegun(there)) {
    if (!isSame(there, want)) throw exists(username);
    return false;
  }
  // Looked at each time: an attempt whose answer was lost may have made the account.
  await retryUncertain(async () => {
    const found = await look();
    await userKind.apply?.(username, spec, world, found.is === 'present' ? found.spec : undefined);
  });
  return true;
}

/** The account was made, and its password not yet. */
const isBegun = ({ attributes }: Account): boolean => attributes?.['homeauth']?.firstPassword === 'pending';

function isSame(row: Account, { name, email, groups }: NewPerson): boolean {
  const has = (row.groups_obj ?? []).map((group) => group.name);
  const sameMail = (row.email ?? '').toLowerCase() === email.toLowerCase();
  return row.name === name && sameMail && groups.every((group) => has.includes(group));
}

const exists = (username: string): Failure =>
  new Failure({
    code: 'user-exists',
    problem: `There is a user "${username}" already, with another name, address or group.`,
    why: 'It may be another person. Nothing was changed.',
    fix: `See who it is: homeauth user show ${username}`,
  });
