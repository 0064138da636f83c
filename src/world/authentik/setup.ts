import type { Answer } from './answer.ts';
import { type Connection, ConnectionBroken } from './connection.ts';

export type Setup = 'open' | 'closed' | 'unknown';

/**
 * Whether a stranger could still make himself the owner. From 2026.5 on `/` sends everybody to /setup while that is
 * so, and /setup sends everybody home once it is closed; to ask for it before that would begin the setup, so `/` comes
 * first. Before, the page does not exist, and the flow itself has to be asked. Source: recording 08; for older
 * releases authentik's blueprint of that flow.
 */
export async function setupState(line: Connection): Promise<Setup> {
  try {
    const home = await line.send({ method: 'GET', path: '/' });
    if (home.status >= 400) return 'unknown';
    if (leadsTo('setup', home)) return 'open';
    const page = await line.send({ method: 'GET', path: '/setup' });
    if (page.status === 404) {
      return flowState(await line.send({ method: 'GET', path: '/api/v3/flows/executor/initial-setup/?query=' }));
    }
    if (leadsTo('', page)) return 'closed';
    return leadsTo('if/flow/initial-setup', page) ? 'open' : 'unknown';
  } catch (error) {
    if (error instanceof ConnectionBroken) return 'unknown';
    throw error;
  }
}

const leadsTo = (path: string, { headers }: Answer): boolean =>
  headers['location']?.replace(/^https?:\/\/[^/]+/, '').replaceAll(/^\/|\/$/g, '') === path;

function flowState({ status, body }: Answer): Setup {
  if (status !== 200) return 'unknown';
  try {
    const { component } = JSON.parse(body);
    if (component === 'ak-stage-access-denied') return 'closed';
    return component === 'ak-stage-prompt' ? 'open' : 'unknown';
  } catch {
    return 'unknown';
  }
}
