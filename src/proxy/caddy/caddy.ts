import { withoutGateway } from '../../formats/subnet.ts';
import { backendNetwork, caddynet, door, doorNetwork } from '../../model/networks.ts';
import type { CaddyFacts, ReverseProxy } from '../proxy.ts';
import { entrance } from './entrance.ts';
import { everywhere } from './listeners.ts';
import { peers, peersHere, tlsPeers } from './peers.ts';
import { withoutOurs } from './placement.ts';
import { takeOver } from './take-over.ts';
import { textOf } from './text.ts';
import { vulnerabilities } from './vulnerabilities.ts';

/**
 * A Caddy in a container meets authentik on a network of the two alone, wherever Caddy is on it. A Caddy of somebody
 * else's is, when its own compose file says so, since nothing else lasts; until then they meet among the apps. One that
 * is on this server's own network meets it at a port of the loopback.
 */
export function caddyProxy(found: CaddyFacts): ReverseProxy {
  const { container, unit, caddyfile, how, listeners, listen, tlsEnd } = found;
  const network = found.networks.includes(doorNetwork) ? door : caddynet;
  return {
    meeting: listen ? { at: 'port', listen, through: backendNetwork } : { at: 'network', network },
    // This machine's own address there is left out, because every local account speaks from it; unless Caddy does, too.
    speaksFrom: ({ subnets, gateways }) =>
      listen
        ? gateways.filter((address) => !address.includes(':')).map((address) => `${address}/32`)
        : subnets.flatMap((subnet) => withoutGateway(subnet, gateways)),
    part: (config, templates) => [
      {
        kind: 'caddy',
        key: caddyfile.outside,
        spec: {
          ...(container !== undefined && { container }),
          ...(unit !== undefined && { unit }),
          caddyfile,
          how,
          ...textOf(config, templates['homeauth.caddy']!, {
            bind: listeners.bind,
            ...(tlsEnd && { tlsEnd }),
            ...(listeners.plain !== undefined && { port: listeners.plain }),
          }),
        },
      },
    ],
    ownersSite: async (host, { files }) =>
      takeOver(withoutOurs((await files.read(caddyfile.outside)) ?? ''), host, caddyfile.outside),
    entrance: (world) => entrance(found, world),
    peers: async (world) => [
      ...(listen ? await peersHere(found, world) : await peers(container, network.name, world)),
      ...(tlsEnd ? await tlsPeers(tlsEnd, container, world) : []),
    ],
    vulnerabilities: (world) => vulnerabilities(found, world),
  };
}

/** Of the Caddy that homeauth sets up. */
export const ownNetworks: readonly string[] = [caddynet.name, door.name];

/** A Caddy that homeauth sets up where there is none. */
export const ownCaddy = (baseDir: string): CaddyFacts & { readonly container: string } => ({
  is: 'caddy',
  own: true,
  container: 'caddy',
  networks: ownNetworks,
  caddyfile: { inside: '/etc/caddy/Caddyfile', outside: `${baseDir}/caddy/etc/Caddyfile` },
  how: 'import',
  listeners: everywhere,
});
