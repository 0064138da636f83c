import { type Finding, wrong } from '../../model/finding.ts';
import { proxyNetwork } from '../../model/networks.ts';
import type { ContainerDetails } from '../../world/docker/docker.ts';
import type { World } from '../../world/world.ts';
import type { CaddyFacts, Entrance } from '../proxy.ts';

/** The way in to Caddy's container, or why there is none. */
export async function entrance(
  { container, listeners: { http, https, bind } }: Pick<CaddyFacts, 'container' | 'listeners'>,
  { docker }: Pick<World, 'docker'>,
): Promise<Entrance | Finding> {
  const details = await docker.container(container);
  const via = details?.running ? await docker.dialAddress(container, https, proxyNetwork) : undefined;
  if (!details || !via) return closed(container, details);
  const root = rootOf(details);
  // Caddy listens there alone, and not on every address of its container.
  const pinned = bind.find((address) => !/^(|0\.0\.0\.0|\[::\])$/.test(address));
  const authority = await docker.readFile(container, root);
  return {
    container,
    log: `docker logs --tail 50 ${container}`,
    via: pinned === undefined ? via : { host: pinned, port: https },
    httpPort: http,
    ...(authority !== undefined && { authority, copyAuthority: `docker cp ${container}:${root} .` }),
  };
}

/** Where Caddy keeps the certificate of its own authority. */
function rootOf({ environment }: Pick<ContainerDetails, 'environment'>): string {
  const data = environment['XDG_DATA_HOME'] ?? `${environment['HOME'] ?? '/root'}/.local/share`;
  return `${data}/caddy/pki/authorities/local/root.crt`;
}

function closed(container: string, details: ContainerDetails | undefined): Finding {
  const say = (problem: string, fix: string) =>
    wrong({ id: 'caddy-running', title: 'Caddy can be asked' }, 'fail', { problem, fix });
  if (!details) return say(`There is no container ${container}.`, 'homeauth apply');
  if (!details.running) return say(`Caddy's container ${container} does not run.`, `docker start ${container}`);
  const problem = `Caddy's container ${container} is not on the network ${proxyNetwork}.`;
  return say(problem, `docker network connect ${proxyNetwork} ${container}`);
}
