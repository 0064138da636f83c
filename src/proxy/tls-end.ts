import type { Config } from '../config/config.ts';
import { withoutGateway } from '../formats/subnet.ts';
import { Failure } from '../model/failure.ts';
import { bySetting } from '../model/setting.ts';
import type { World } from '../world/world.ts';

/** What homeauth.yaml says of it. */
export type TlsSaid = Partial<Pick<Config, 'tls'>> & Pick<Config, 'tlsFrom'>;

/** What ends TLS before the proxy, as it was found. */
export interface TlsEnd {
  /** Ranges of addresses from which it speaks. */
  readonly from: readonly string[];
  /** Containers among it, and on which network of the proxy's they are. */
  readonly containers: readonly { readonly name: string; readonly network: string }[];
}

/**
 * What `tls-from` names, for a proxy on these networks. A container has another address after each start, so it counts
 * by its network; this server's own address there is left out, because visitors of a published port come from it, too.
 * @throws Failure where there is no such container, or none that the proxy meets
 */
export async function tlsEndOf(
  { tls, tlsFrom = [] }: TlsSaid,
  networks: readonly string[],
  { docker }: Pick<World, 'docker'>,
): Promise<TlsEnd | undefined> {
  if (tls !== 'external') return undefined;
  const addresses = tlsFrom.filter((one) => isAddress(one));
  const names = tlsFrom.filter((one) => !isAddress(one));
  const containers: TlsEnd['containers'][number][] = [];
  const from = addresses.map((one) => (one.includes('/') ? one : `${one}/${one.includes(':') ? 128 : 32}`));
  for (const name of names) {
    for (const network of await meetingOf(name, networks, docker)) {
      const { subnets = [], gateways = [] } = (await docker.network(network)) ?? {};
      from.push(...subnets.flatMap((subnet) => withoutGateway(subnet, gateways)));
      containers.push({ name, network });
    }
  }
  return { from: [...new Set(from)], containers };
}

const isAddress = (text: string): boolean => text.includes(':') || /^[\d.]+(\/\d+)?$/.test(text);

/** The networks on which a proxy meets a container. */
async function meetingOf(
  name: string,
  networks: readonly string[],
  docker: World['docker'],
): Promise<readonly string[]> {
  const all = await docker.containers();
  const found = all.find((one) => one.name === name);
  if (!found) throw unknown(`There is no container ${name}.`);
  const owner = all.find((one) => one.name === found.networkOf) ?? found;
  const theirs = owner.networks.filter((network) => network !== 'host' && network !== 'none');
  // A proxy on this server's own network is asked from all of them.
  const shared = networks.includes('host') ? theirs : theirs.filter((network) => networks.includes(network));
  if (shared.length === 0) throw unknown(`The container ${name} is on no network with Caddy.`, networks[0]);
  return shared;
}

const unknown = (problem: string, network?: string): Failure =>
  new Failure({
    code: 'tls-from-unknown',
    problem,
    why: 'tls-from says who may connect to Caddy without TLS; nobody else may.',
    ...bySetting(({ to }) => [
      network === undefined || network === 'host'
        ? 'Start it.'
        : `Let it join: docker network connect ${network} NAME, and in its compose file.`,
      `Or name the address that it asks from: ${to('tls-from', '192.168.0.1')}`,
    ]),
  });
