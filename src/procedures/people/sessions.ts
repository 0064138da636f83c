import type { Session } from '../../model/person.ts';
import type { Row } from '../../world/authentik/schema.ts';
import type { Installation } from '../installation.ts';
import type { Account } from './accounts.ts';
import { surely } from './surely.ts';

type Sight = Pick<Installation, 'world'>;

async function rows({ world }: Sight, { pk }: Account): Promise<readonly Row<'core/authenticated_sessions'>[]> {
  return (await world.authentik.list('core/authenticated_sessions', 'fresh')).filter(({ user }) => user === pk);
}

/** Where somebody is logged in, the latest first. */
export async function sessionsOf(sight: Sight, account: Account): Promise<readonly Session[]> {
  const found = (await rows(sight, account)).map((row) => ({
    browser: browserOf(row),
    address: row.last_ip,
    lastUsed: row.last_used,
    expires: row.expires,
  }));
  return found.toSorted((a, b) => b.lastUsed.localeCompare(a.lastUsed));
}

/** authentik writes Other for what it cannot tell. */
function browserOf({ user_agent: agent }: Row<'core/authenticated_sessions'>): string {
  const [browser, system] = [agent.user_agent.family, agent.os.family].map((name) =>
    name === 'Other' ? undefined : name,
  );
  return `${browser ?? 'a browser'}${system ? ` on ${system}` : ''}`;
}

/**
 * Log somebody out everywhere. authentik tells the outpost, so that the sessions with the apps end some seconds later.
 * @returns how many sessions there were
 */
export async function endSessions(sight: Sight, account: Account): Promise<number> {
  const found = await rows(sight, account);
  for (const { uuid } of found) {
    if (uuid) await surely(() => sight.world.authentik.remove('core/authenticated_sessions', uuid));
  }
  return found.length;
}
