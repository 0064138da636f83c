import { type Finding, wrong } from '../../model/finding.ts';
import { proxyNetwork } from '../../model/networks.ts';
import type { World } from '../../world/world.ts';
import type { CaddyFacts, Entrance } from '../proxy.ts';
import { instanceOf, rootOf } from './instance.ts';
import { lastLoaded } from './running.ts';
import { proofHeader } from './text.ts';
import { wordsFor } from './words.ts';

/** The way in to Caddy, or why there is none. */
export async function entrance(
  { caddyfile, listeners: { http, https, bind, plain }, tlsEnd, unasked, ...place }: CaddyFacts,
  world: Pick<World, 'docker' | 'files' | 'http' | 'host'>,
): Promise<Entrance | Finding> {
  const caddy = await instanceOf(place, caddyfile.inside, world);
  // Caddy listens there alone, and not on every address of its container.
  const pinned = bind.find((address) => !/^(|0\.0\.0\.0|\[::\])$/.test(address)) ?? '';
  const httpPort = plain ?? http;
  const via = await caddy?.dial(pinned, tlsEnd ? httpPort : https, proxyNetwork);
  if (!caddy || !via) return closed(place, caddy !== undefined || place.container === undefined, world);
  const root = rootOf(caddy.environment);
  const authority = await caddy.read(root);
  const { container } = place;
  const copy = container === undefined ? `cp ${root} .` : `docker cp ${container}:${root} .`;
  return {
    ...(container !== undefined && { container }),
    ...(unasked && { unasked }),
    log: wordsFor(place).log,
    via: tlsEnd ? { ...via, afterTls: { 'X-Forwarded-Proto': 'https', [proofHeader]: await lastLoaded(caddy) } } : via,
    httpPort,
    ...(authority !== undefined && { authority, copyAuthority: copy }),
  };
}

async function closed(
  place: Pick<CaddyFacts, 'container' | 'unit'>,
  isThere: boolean,
  { docker }: Pick<World, 'docker'>,
): Promise<Finding> {
  const say = (problem: string, fix: string) =>
    wrong({ id: 'caddy-running', title: 'Caddy can be asked' }, 'fail', { problem, fix });
  const { container } = place;
  if (container === undefined) return say('Caddy does not run on this server.', wordsFor(place).start);
  if (!isThere && !(await docker.container(container)))
    return say(`There is no container ${container}.`, 'homeauth apply');
  if (!isThere) return say(`Caddy's container ${container} does not run.`, `docker start ${container}`);
  const problem = `Caddy's container ${container} is not on the network ${proxyNetwork}.`;
  return say(problem, `docker network connect ${proxyNetwork} ${container}`);
}
