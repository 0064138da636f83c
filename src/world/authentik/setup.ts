import type { Answer } from './answer.ts';
import { type Line, LineBroken } from './line.ts';

export type Setup = 'open' | 'closed' | 'unknown';

/**
 * Whether a stranger could still make himself the owner. From 2026.5 on `/` sends everybody to /setup while that is
 * so; `HEAD /setup` alone cannot tell closed from not ready. Before, the page does not exist, and the flow itself has
 * to be asked. Source: recording 08; for older releases authentik's blueprint of that flow.
 */
export async function setupState(line: Line): Promise<Setup> {
  try {
    const home = await line.send({ method: 'GET', path: '/' });
    if (home.status >= 400) return 'unknown';
    if (/^(https?:\/\/[^/]+)?\/setup\/?$/.test(home.headers['location'] ?? '')) return 'open';
    const page = await line.send({ method: 'HEAD', path: '/setup' });
    if (page.status === 200) return 'open';
    if (page.status === 503) return page.headers['retry-after'] ? 'unknown' : 'closed';
    if (page.status !== 404) return 'unknown';
    return flowState(await line.send({ method: 'GET', path: '/api/v3/flows/executor/initial-setup/?query=' }));
  } catch (error) {
    if (error instanceof LineBroken) return 'unknown';
    throw error;
  }
}

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
