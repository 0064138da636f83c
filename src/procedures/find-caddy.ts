import type { Config } from '../config/schema.ts';
import type { ProxyFacts } from '../desired/facts.ts';
import { proxyNetwork } from '../desired/layout.ts';
import { onHost, startedWith } from '../kinds/caddy/container.ts';
import type { Id } from '../model/resource.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import * as trouble from './caddy-trouble.ts';

/**
 * The Caddy to work with: the one in front of this server already, or one of our own where there is none.
 * @throws Failure where there is one and homeauth cannot work with it; its fix says what to do
 */
export async function findCaddy(
  world: Pick<World, 'docker' | 'host'>,
  config: Pick<Config, 'proxy' | 'caddyContainer'>,
  ours: ReadonlySet<Id>,
): Promise<ProxyFacts> {
  if (config.proxy === 'manual') return { is: 'manual' };
  if (ours.has('container:caddy') && config.caddyContainer === undefined) return { is: 'own' };
  const containers = await world.docker.containers();
  const caddy = choose(containers, config.caddyContainer);
  if (caddy) return existing(world, caddy);
  const listener = await world.host.listener(443);
  if (!listener) return { is: 'own' };
  const publisher = containers.find(({ running, ports }) => running && ports.some(({ port }) => port === 443));
  throw trouble.portTaken(listener.process, publisher?.name);
}

function choose(containers: readonly ContainerSummary[], named: string | undefined): ContainerSummary | undefined {
  if (named !== undefined) {
    const found = containers.find(({ name }) => name === named);
    if (!found) throw trouble.notThere(named, containers.filter(isCaddy));
    return found;
  }
  const all = containers.filter(isCaddy);
  const running = all.filter((container) => container.running);
  const candidates = running.length > 0 ? running : all;
  if (candidates.length > 1) throw trouble.several(candidates);
  return candidates[0];
}

/** By its name, its image, or by a Caddyfile that a program named caddy is given. */
function isCaddy({ name, image, command, mounts }: ContainerSummary): boolean {
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

async function existing({ docker }: Pick<World, 'docker'>, caddy: ContainerSummary): Promise<ProxyFacts> {
  const { name, image, command, networks } = caddy;
  if (/docker-?proxy/.test(`${image} ${command}`)) throw trouble.dockerProxy(name);
  if (!caddy.running) throw trouble.stopped(name);
  const started = startedWith(command);
  if (started.with !== 'caddyfile') throw trouble.noCaddyfile(name, started.what);
  const inside = started.path;
  const place = onHost((await docker.container(name)) ?? caddy, inside);
  if (!place) throw trouble.notOnHost(name, inside);
  if ((await docker.readFile(name, inside)) === undefined) throw trouble.missing(name, inside, place.outside);
  if (!networks.includes(proxyNetwork)) {
    const exists = (await docker.network(proxyNetwork)) !== undefined;
    throw networks.includes('host') ? trouble.onHostNetwork(name) : trouble.elsewhere(name, networks, exists);
  }
  const caddyfile = { inside, outside: place.outside };
  return { is: 'existing', container: name, networks, caddyfile, how: place.alone ? 'block' : 'import' };
}
