import { withoutGateway } from '../../formats/subnet.ts';
import { caddynet, door, doorNetwork } from '../../model/networks.ts';
import type { CaddyFacts, ReverseProxy } from '../proxy.ts';
import { entrance } from './entrance.ts';
import { holes } from './holes.ts';
import { everywhere } from './listeners.ts';
import { peers } from './peers.ts';
import { textOf } from './text.ts';

/**
 * A Caddy in a container. It meets authentik on a network of the two alone, wherever Caddy is on it. A Caddy of somebody
 * else's is, when its own compose file says so, since nothing else lasts; until then they meet among the apps.
 */
export function caddyInContainer(found: CaddyFacts): ReverseProxy {
  const { container, caddyfile, how, listeners } = found;
  const meeting = found.networks.includes(doorNetwork) ? door : caddynet;
  return {
    meeting,
    // This machine's own address there is left out, because every local account speaks from it.
    speaksFrom: ({ subnets, gateways }) => subnets.flatMap((subnet) => withoutGateway(subnet, gateways)),
    part: (config, templates) => [
      {
        kind: 'caddy',
        key: caddyfile.outside,
        spec: { container, caddyfile, how, ...textOf(config, templates['homeauth.caddy']!, listeners.bind) },
      },
    ],
    entrance: (world) => entrance(found, world),
    peers: (world) => peers(found, meeting.name, world),
    holes: (world) => holes(found, world),
  };
}

/** A Caddy that homeauth sets up where there is none. */
export const ownCaddy = (baseDir: string): CaddyFacts => ({
  is: 'caddy',
  own: true,
  container: 'caddy',
  networks: [caddynet.name, door.name],
  caddyfile: { inside: '/etc/caddy/Caddyfile', outside: `${baseDir}/caddy/etc/Caddyfile` },
  how: 'import',
  listeners: everywhere,
});
