import type { Config } from '../../config/config.ts';
import { proxyNetwork } from '../../model/networks.ts';
import type { Id } from '../../model/resource.ts';
import type { ContainerSummary } from '../../world/docker/docker.ts';
import type { World } from '../../world/world.ts';
import type { CaddyFacts } from '../proxy.ts';
import { type TlsSaid, tlsEndOf } from '../tls-end.ts';
import { ownCaddy, ownNetworks } from './caddy.ts';
import { commandIn, linkedTo, onHost, startedWith } from './container.ts';
import { type Instance, inContainer } from './instance.ts';
import { listenersIn, withoutCertificates } from './listeners.ts';
import { takesBeside, withoutOurs } from './placement.ts';
import { loadedLast } from './running.ts';
import { authentikAt } from './text.ts';
import * as unfit from './unfit.ts';
import { unguarded } from './unguarded.ts';

/** @throws Failure where there is a Caddy and homeauth cannot work with it; its fix says what to do */
export async function findCaddy(
  world: Pick<World, 'docker' | 'host' | 'files'>,
  config: Pick<Config, 'caddyContainer' | 'baseDir'> & TlsSaid,
  ours: ReadonlySet<Id>,
): Promise<CaddyFacts> {
  if (ours.has('container:caddy') && config.caddyContainer === undefined) {
    const own = { ...ownCaddy(config.baseDir), ...(await endOf(config, ownNetworks, world)) };
    const details = await world.docker.container(own.container);
    if (!details) return own;
    const { inside, outside } = own.caddyfile;
    const text = withoutOurs((await world.files.read(outside)) ?? '');
    const how = takesBeside(text, inside) ? 'block' : 'import';
    return { ...own, how, ...(await loadedBy(inContainer(details, inside, world), outside, config)) };
  }
  const containers = await world.docker.containers();
  const caddy = choose(containers, config.caddyContainer);
  if (caddy) return { ...(await existing(world, caddy, config)), ...(await endOf(config, caddy.networks, world)) };
  const listener = await world.host.listener(443);
  if (!listener) return { ...ownCaddy(config.baseDir), ...(await endOf(config, ownNetworks, world)) };
  const publisher = containers.find(({ running, ports }) => running && ports.some(({ port }) => port === 443));
  throw unfit.portTaken(listener.process, publisher?.name);
}

const endOf = async (config: TlsSaid, networks: readonly string[], world: Pick<World, 'docker'>) => {
  const tlsEnd = await tlsEndOf(config, networks, world);
  return tlsEnd && { tlsEnd };
};

function choose(containers: readonly ContainerSummary[], named: string | undefined): ContainerSummary | undefined {
  if (named !== undefined) {
    const found = containers.find(({ name }) => name === named);
    if (!found) throw unfit.notThere(named, containers.filter(isCaddy));
    return found;
  }
  const all = containers.filter(isCaddy);
  const running = all.filter((container) => container.running);
  const candidates = running.length > 0 ? running : all;
  // The one that visitors reach is offered first.
  const isFront = ({ ports }: ContainerSummary) => ports.some(({ port }) => port === 443);
  if (candidates.length > 1)
    throw unfit.several(candidates.toSorted((a, b) => Number(isFront(b)) - Number(isFront(a))));
  return candidates[0];
}

/** By its name, its image, or by a Caddyfile that a program named caddy is given. */
export function isCaddy({ name, image, command, mounts }: ContainerSummary): boolean {
  const repository =
    image
      .replace(/@.*$/, '')
      .replace(/:[^/:]*$/, '')
      .split('/')
      .at(-1) ?? '';
  if (name === 'caddy' || /(^|[-_.])caddy([-_.]|$)/.test(repository)) return true;
  const hasCaddyfile = mounts.some(({ target }) => target === '/etc/caddy' || target.endsWith('/Caddyfile'));
  return hasCaddyfile && /(^|[\s/'"])caddy['"]?(\s|$)/.test(command);
}

/** One in a container of somebody else's. `listen`: it is on this server's own network, and meets authentik there. */
export async function existing(
  { docker, files }: Pick<World, 'docker' | 'files'>,
  caddy: ContainerSummary,
  config: Pick<Config, 'listen'> & TlsSaid,
): Promise<CaddyFacts> {
  const { listen } = config;
  const { name, image, command, networks } = caddy;
  if (/docker-?proxy/.test(`${image} ${command}`)) throw unfit.dockerProxy(name);
  if (!caddy.running) throw unfit.stopped(name);
  const details = await docker.container(name);
  if (!details) throw unfit.notThere(name, []);
  const started = startedWith(await commandIn(details, { docker }));
  if (started.with !== 'caddyfile') throw unfit.noCaddyfile({ container: name }, started.what);
  const inside = started.path;
  const place = onHost(details, inside);
  if (!place) throw unfit.notOnHost(name, inside);
  // A link stays one: what it leads to is written in place, and nothing is put beside it.
  const linked = await linkedTo(place.outside, files);
  const text = await files.read(place.outside);
  // A link in a mounted folder is followed in the container, too, and may lead elsewhere there.
  const isLinked = linked !== undefined || (text === undefined && (await isBehindLink(place.outside, files)));
  const seen = isLinked && !place.alone ? await docker.readFile(name, inside) : text;
  if (seen === undefined) throw unfit.missing({ container: name }, inside, place.outside);
  if (text !== seen) throw unfit.leadsElsewhere(name, inside, place.outside);
  if (!listen && !networks.includes(proxyNetwork)) {
    const exists = (await docker.network(proxyNetwork)) !== undefined;
    throw networks.includes('host') ? unfit.onHostNetwork(name) : unfit.elsewhere(name, networks, exists);
  }
  const caddyfile = { inside, outside: linked ?? place.outside };
  const how = place.alone || linked !== undefined || takesBeside(withoutOurs(seen), inside) ? 'block' : 'import';
  const loaded = await loadedBy(inContainer(details, inside, { docker }), place.outside, config);
  return { is: 'caddy', own: false, container: name, networks, caddyfile, how, ...loaded };
}

const isBehindLink = async (path: string, files: Pick<World['files'], 'filesystem'>): Promise<boolean> =>
  (await files.filesystem(path)).realPath !== path;

/** Read from what Caddy loaded last: whoever only looks starts no program in its container. */
export async function loadedBy(
  caddy: Pick<Instance, 'read' | 'environment'>,
  path: string,
  config: Pick<Config, 'listen'> & TlsSaid,
): Promise<Pick<CaddyFacts, 'listeners' | 'unasked'>> {
  const isAfterTls = config.tls === 'external';
  const loaded = await loadedLast(caddy);
  if (!isAfterTls && withoutCertificates(loaded)) throw unfit.noCertificates(path);
  const found = listenersIn(loaded, new Set([authentikAt(config)]), isAfterTls);
  if ('hosts' in found) throw unfit.listensApart(path, found);
  const unasked = unguarded(loaded);
  return { listeners: found, ...(unasked.length > 0 && { unasked }) };
}
