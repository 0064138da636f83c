import type { Config } from '../config/config.ts';
import { proxyNetwork } from '../model/networks.ts';
import type { Id } from '../model/resource.ts';
import type { World } from '../world/world.ts';
import { caddyProxy } from './caddy/caddy.ts';
import { findCaddy } from './caddy/find.ts';
import { findHostCaddy, servesFromHost } from './caddy/find-host.ts';
import { assertTlsHere } from './caddy/tls-elsewhere.ts';
import { portTaken } from './caddy/unfit.ts';
import { manual } from './manual.ts';
import type { ProxyFacts, ReverseProxy } from './proxy.ts';
import { type TlsSaid, tlsEndOf } from './tls-end.ts';

/**
 * The reverse proxy to work with: the one in front of this server already, or one of our own where there is none.
 * @throws Failure where there is one and homeauth cannot work with it; its fix says what to do
 */
export async function findProxy(
  world: Pick<World, 'docker' | 'host' | 'files'>,
  config: Pick<Config, 'proxy' | 'caddyContainer' | 'baseDir' | 'listen' | 'proxyAddress'> & TlsSaid,
  ours: ReadonlySet<Id>,
): Promise<ProxyFacts> {
  if (config.proxy === 'manual') {
    const { listen, proxyAddress: address } = config;
    const tlsEnd = await tlsEndOf(config, listen ? ['host'] : [proxyNetwork], world);
    return {
      is: 'manual',
      ...(listen && { listen }),
      ...(address !== undefined && { address }),
      ...(tlsEnd && { tlsEnd }),
    };
  }
  return config.proxy === 'host-caddy' ? findHostCaddy(world, config) : findCaddy(world, config, ours);
}

/** What homeauth can do with the proxy that was found. */
export const proxyOf = (found: ProxyFacts): ReverseProxy => (found.is === 'manual' ? manual(found) : caddyProxy(found));

export { assertTlsHere, portTaken, servesFromHost };
