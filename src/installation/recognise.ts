import type { KnownApp } from '../catalogue/schema.ts';
import { ofImage } from '../catalogue/search.ts';
import { normaliseUpstream } from '../config/upstream.ts';
import { proxyNetwork } from '../model/networks.ts';
import { addressIn, upstreamsOf } from '../proxy/upstream.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import type { Installation } from './installation.ts';

/** A container that runs, and the app that it is by its image. */
export interface Recognised {
  readonly app: KnownApp;
  readonly container: string;
  readonly image: string;
  /** Where the proxy finds it, as homeauth.yaml says it. */
  readonly upstream: string;
}

/** The running containers whose image is that of an app, without those that stand behind the login already. */
export async function recognised(
  { config, world }: Pick<Installation, 'config' | 'world'>,
  apps: readonly KnownApp[],
): Promise<readonly Recognised[]> {
  const taken = new Set(config.apps.flatMap(upstreamsOf));
  const names = new Set([...taken].map((upstream) => addressIn(upstream).host.replace(`.${proxyNetwork}`, '')));
  const running = (await world.docker.containers()).filter(
    (container) => container.running && !namesOf(container).some((name) => names.has(name)),
  );
  const found = await Promise.all(
    running.map(async (container): Promise<Recognised | undefined> => {
      const image = await imageOf(container, world);
      const app = ofImage(apps, image);
      return app && { app, container: container.name, image, upstream: upstreamOf(container, app, config.proxy) };
    }),
  );
  return found.filter((one) => one !== undefined && !taken.has(normaliseUpstream(one.upstream))) as Recognised[];
}

/** Of one whose tag stands for a newer image by now, Docker's list has the image's id alone. */
async function imageOf({ name, image }: ContainerSummary, { docker }: Pick<World, 'docker'>): Promise<string> {
  if (!/^(sha256:)?[0-9a-f]{12,64}$/.test(image)) return image;
  return (await docker.container(name))?.image ?? image;
}

/** A container goes by its own name, and by its service's name in Compose. */
const namesOf = ({ name, labels }: ContainerSummary): readonly string[] => [
  name,
  ...(labels['com.docker.compose.service'] ? [labels['com.docker.compose.service']] : []),
];

/** For a Caddy on this server itself, the port that it is published on; a container's name is refused there anyway. */
function upstreamOf({ name, ports }: ContainerSummary, { port, scheme }: KnownApp, proxy: string): string {
  const published = proxy === 'host-caddy' ? ports.find(({ inside }) => inside === port) : undefined;
  const everywhere = !published || /^(0\.0\.0\.0|::|\[::\]|)$/.test(published.address);
  const bare = published ? `${everywhere ? '127.0.0.1' : published.address}:${published.port}` : `${name}:${port}`;
  return scheme === 'https' ? `https://${bare}` : bare;
}
