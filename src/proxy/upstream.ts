import type { App, Config } from '../config/config.ts';
import { proxyNetwork } from '../model/networks.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';

/** What Caddy reaches at `HOST:PORT`. */
export type Behind =
  /** `owner`: whose network it has. */
  | { readonly is: 'container'; readonly container: ContainerSummary; readonly owner: ContainerSummary }
  /** This server, by an address or a name of its own. */
  | { readonly is: 'here' }
  | { readonly is: 'elsewhere' }
  /** A name that no container has, and no other machine either but by its own word. */
  | { readonly is: 'unknown' };

/** Which name every container can have this server by, where its compose file says so. */
export const hostName = 'host.docker.internal';

/** The host and the port in an upstream. */
export function addressIn(upstream: string): { readonly host: string; readonly port: number } {
  const at = upstream.lastIndexOf(':');
  return { host: upstream.slice(0, at), port: Number(upstream.slice(at + 1)) };
}

/** Who it is that answers behind an upstream: a container, this server or another machine. */
export async function behind(upstream: string, { docker, host }: Pick<World, 'docker' | 'host'>): Promise<Behind> {
  const { host: name } = addressIn(upstream);
  const own = inDocker(name);
  const found = containerBehind(own, await docker.containers());
  if (found) return { is: 'container', ...found };
  if (name === hostName) return { is: 'here' };
  if (isPlain(own)) return { is: 'unknown' };
  const here = [...(await host.addresses()).map(({ address }) => address), ...(await gateways(docker))];
  const addresses = /^[\d.]+$|^\[/.test(name) ? [name] : await host.resolve(name).catch(() => []);
  return addresses.some((address) => here.includes(address)) ? { is: 'here' } : { is: 'elsewhere' };
}

/** This server's addresses inside of Docker, which nobody on the LAN reaches. */
export const gateways = async (docker: Pick<World['docker'], 'network'>): Promise<readonly string[]> =>
  (await Promise.all([proxyNetwork, 'bridge'].map((name) => docker.network(name)))).flatMap(
    (network) => network?.gateways ?? [],
  );

/** Docker itself knows a container as NAME.NETWORK, too. */
export const inDocker = (host: string): string => host.replace(/\.(?:caddy_caddynet|homeauth_[a-z0-9-]+)$/, '');

/** The container that has a name, and whose network it has: where it has one of its own, that is itself. */
export function containerBehind(name: string, containers: readonly ContainerSummary[]) {
  const container = called(name, containers);
  return container && { container, owner: containers.find((one) => one.name === container.networkOf) ?? container };
}

/** A container goes by its own name, and by its service's name in Compose. */
function called(host: string, containers: readonly ContainerSummary[]): ContainerSummary | undefined {
  const service = (c: ContainerSummary) => c.labels['com.docker.compose.service'] === host;
  const onNetwork = containers.filter((c) => c.networks.includes(proxyNetwork));
  return containers.find(({ name }) => name === host) ?? onNetwork.find(service) ?? containers.find(service);
}

/** A name without a dot, which Docker asks of the router where no running container has it. */
export const isPlain = (host: string): boolean => !/[.:[]/.test(host);

/** How an app is cut off while its login does not hold: a container leaves the network, all others have to stop. */
export function cutOff({ name, upstream }: Pick<App, 'name' | 'upstream'>): string {
  if (upstream === undefined) return `write  extra: respond 503  for ${name} into homeauth.yaml, then: homeauth apply`;
  const { host } = addressIn(upstream);
  const container = inDocker(host);
  return isPlain(container) ? `docker network disconnect ${proxyNetwork} ${container}` : `stop ${name} where it runs`;
}

/** Containers that apps are reached by and that have no network of their own, with the one whose network they have. */
export async function networkOwners(
  { apps }: Pick<Config, 'apps'>,
  { docker }: Pick<World, 'docker'>,
): Promise<Readonly<Record<string, string>>> {
  const hosts = apps.flatMap(upstreamsOf).map((upstream) => addressIn(upstream).host);
  // An address, or a name of the home network, is no container's.
  const names = hosts.filter((host) => isPlain(inDocker(host)));
  if (names.length === 0) return {};
  const containers = await docker.containers();
  const owners: Record<string, string> = {};
  for (const host of names) {
    const found = containerBehind(inDocker(host), containers);
    if (found && found.owner !== found.container) owners[host] = found.owner.name;
  }
  return owners;
}

/** How Docker calls containers that are written otherwise: by a service's name in Compose, by an id, or with a network behind. */
export async function containerNames(
  written: readonly string[],
  { docker }: Pick<World, 'docker'>,
): Promise<Readonly<Record<string, string>>> {
  if (written.length === 0) return {};
  const all = await docker.containers();
  const isId = (name: string) => /^[0-9a-f]{12,64}$/.test(name);
  const found = [...new Set(written)].map(async (name): Promise<[string, string][]> => {
    const its =
      containerBehind(inDocker(name), all)?.container ?? (isId(name) ? await docker.container(name) : undefined);
    return its && its.name !== name ? [[name, its.name]] : [];
  });
  return Object.fromEntries((await Promise.all(found)).flat());
}

/** Every server of an app. */
export const upstreamsOf = ({ upstream, site }: App): readonly string[] => [
  ...(upstream === undefined ? [] : [upstream]),
  ...(site?.moreUpstreams ?? []),
];

/** The apps as Caddy has to dial them: a container in another one's network answers by that one's name alone. */
export function dialledBy<C extends Pick<Config, 'apps'>>(config: C, owners: Readonly<Record<string, string>>): C {
  const there = (upstream: string): string => {
    const { host, port } = addressIn(upstream);
    return owners[host] === undefined ? upstream : `${owners[host]}:${port}`;
  };
  const apps = config.apps.map((app) => {
    const { upstream, site } = app;
    const more = site?.moreUpstreams && { site: { ...site, moreUpstreams: site.moreUpstreams.map(there) } };
    return { ...app, ...(upstream !== undefined && { upstream: there(upstream) }), ...more };
  });
  return { ...config, apps };
}
