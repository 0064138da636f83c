import { Failure } from '../../model/failure.ts';
import type { ContainerSummary } from '../../world/docker/docker.ts';
import type { World } from '../../world/world.ts';
import type { CaddyFacts, ProxyFacts } from '../proxy.ts';
import { instanceOf } from './instance.ts';
import { portsOf } from './listeners.ts';
import { loadedLast } from './running.ts';

/** Programs that take visitors in elsewhere and ask a server at home in plain HTTP, by their images. */
const tunnels = /(^|\/)(cloudflared|newt|ngrok)(:|@|$)/;

/**
 * Whether TLS ends before this Caddy, as far as that can be seen: nobody reaches its port for https, and beside it is a
 * tunnel, or all of its owner's sites are for plain HTTP. `tunnel`: the container.
 */
async function endsElsewhere(
  found: CaddyFacts,
  world: Pick<World, 'docker' | 'host' | 'files' | 'http'>,
): Promise<{ readonly tunnel?: string } | undefined> {
  const { container, networks, listeners, own, caddyfile } = found;
  if (own || (await takesHttps(found, world))) return undefined;
  const all = (await world.docker.containers()).filter(({ running }) => running);
  const isBeside = (one: ContainerSummary) => networks.some((network) => one.networks.includes(network));
  const tunnel = all.find((one) => tunnels.test(one.image) && (container === undefined || isBeside(one)));
  if (tunnel) return { tunnel: tunnel.name };
  const caddy = await instanceOf(found, caddyfile.inside, world);
  const ports = caddy ? portsOf(await loadedLast(caddy)) : [];
  return ports.length > 0 && !ports.includes(listeners.https) ? {} : undefined;
}

async function takesHttps(
  { container, networks, listeners: { https } }: CaddyFacts,
  { docker, host }: Pick<World, 'docker' | 'host'>,
): Promise<boolean> {
  if (container === undefined || networks.includes('host')) return (await host.listener(https)) !== undefined;
  const ports = (await docker.container(container))?.ports ?? [];
  return ports.some(({ inside }) => inside === https);
}

/**
 * For the first `init`, where nobody has said where TLS ends.
 * @throws Failure where it seems to end before Caddy: its sites would redirect to themselves for ever
 */
export async function assertTlsHere(
  found: ProxyFacts,
  world: Pick<World, 'docker' | 'host' | 'files' | 'http'>,
): Promise<void> {
  if (found.is !== 'caddy') return;
  const elsewhere = await endsElsewhere(found, world);
  if (!elsewhere) return;
  const { tunnel } = elsewhere;
  throw new Failure({
    code: 'tls-elsewhere',
    problem: `Nobody reaches Caddy's port for https (${found.listeners.https})${tunnel === undefined ? ', and all of your sites are for plain HTTP' : `, and ${tunnel} is a tunnel`}.`,
    why: "So TLS seems to end before Caddy. Caddy would then redirect every visitor of homeauth's sites to https in an endless loop.",
    fix: [
      `Where that is so, say who asks Caddy:  --tls external --tls-from ${tunnel ?? '192.168.0.1'}`,
      'Where Caddy itself is reached over https:  --tls auto',
    ],
  });
}
