import pMap from 'p-map';
import type { Device } from '../../model/person.ts';
import type { Installation } from '../installation.ts';
import type { Account } from './accounts.ts';

interface Row {
  readonly name: string;
  readonly verbose_name: string;
  readonly type: string;
  readonly confirmed: boolean;
  readonly last_used: string | null;
}

/** The second factors that somebody can use. Source: recording 05. */
export async function devicesOf({ world }: Pick<Installation, 'world'>, { pk }: Account): Promise<readonly Device[]> {
  const rows = await world.authentik.get<readonly Row[]>('authenticators/admin/all', { user: pk });
  return (
    rows
      // Later releases may keep other things as devices, too: passwords, for one.
      .filter(({ confirmed, type }) => confirmed && type.startsWith('authentik_stages_authenticator'))
      .map(({ name, verbose_name: sort, last_used }) => ({ name, sort, ...(last_used && { lastUsed: last_used }) }))
  );
}

/** Requests at once: authentik has no list of everybody's devices. */
const side = 8;

/** Who of these has a second factor. */
export async function secured(
  installation: Pick<Installation, 'world'>,
  accounts: readonly Account[],
): Promise<ReadonlySet<string>> {
  const found = await pMap(accounts, (one) => devicesOf(installation, one), { concurrency: side });
  return new Set(accounts.filter((_, n) => (found[n]?.length ?? 0) > 0).map(({ username }) => username));
}
