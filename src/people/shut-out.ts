import pMap from 'p-map';
import type { Installation } from '../installation/installation.ts';
import type { Change } from '../model/change.ts';
import { accessTo } from './access.ts';
import type { Account } from './accounts.ts';
import { loggedIn } from './sessions.ts';

/**
 * Who is logged in and may not open an app any more, since these changes gave it a group. An app that is new itself
 * nobody has open.
 */
export async function shutOut(installation: Installation, changes: readonly Change[]): Promise<readonly Account[]> {
  const made = new Set(changes.filter(({ op }) => op === 'create').map(({ id }) => id));
  const ruled = new Set(changes.filter(({ op }) => op === 'create' || op === 'update').map(({ id }) => id));
  const narrowed = installation.config.apps.filter(
    ({ name, group }) => ruled.has(`binding:${name}/${group}`) && !made.has(`application:${name}`),
  );
  if (narrowed.length === 0) return [];
  const mayOpenAll = async (account: Account) => {
    for (const app of narrowed) if (!(await accessTo(installation, account, app)).opens) return false;
    return true;
  };
  const found = await pMap(
    await loggedIn(installation),
    async (account) => ({ account, stays: await mayOpenAll(account) }),
    { concurrency: 8 },
  );
  return found.flatMap(({ account, stays }) => (stays ? [] : [account]));
}
