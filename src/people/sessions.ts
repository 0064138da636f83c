import type { Installation } from '../installation/installation.ts';
import { ownBrowser, type Session } from '../model/person.ts';
import type { Row } from '../world/authentik/schema.ts';
import { type Account, accounts } from './accounts.ts';
import { retryUncertain } from './retry-uncertain.ts';

type Sight = Pick<Installation, 'world'>;

const all = ({ world }: Sight): Promise<readonly Row<'core/authenticated_sessions'>[]> =>
  world.authentik.list('core/authenticated_sessions', 'fresh');

const rows = async (sight: Sight, { pk }: Account) => (await all(sight)).filter(({ user }) => user === pk);

/** Everybody who is logged in anywhere. */
export async function loggedIn(sight: Sight): Promise<readonly Account[]> {
  const users = new Set((await all(sight)).map(({ user }) => user));
  return (await accounts(sight)).filter(({ pk }) => users.has(pk));
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
  return end(sight, await rows(sight, account));
}

/** Within this time, in ms, a visit may still be going on. */
const visitLasts = 10 * 60_000;

/** End the visits of homeauth's own that a run left when it was killed: a browser of that name is nobody else's. */
export async function endLeftVisits(sight: Sight): Promise<void> {
  const isLeft = ({ last_user_agent: agent, last_used: at }: Row<'core/authenticated_sessions'>) =>
    agent === ownBrowser && Date.now() - Date.parse(at) > visitLasts;
  await end(sight, (await all(sight)).filter(isLeft));
}

async function end({ world }: Sight, found: readonly Row<'core/authenticated_sessions'>[]): Promise<number> {
  for (const { uuid } of found) {
    if (uuid) await retryUncertain(() => world.authentik.remove('core/authenticated_sessions', uuid));
  }
  return found.length;
}
