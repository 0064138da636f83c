import type { ContainerDefinition } from '../../src/model/container.ts';
import type { FakeWorld } from './world.ts';

interface Theirs extends Partial<Pick<ContainerDefinition, 'image' | 'mounts' | 'publish'>> {
  readonly project?: string;
  readonly networks?: readonly string[];
}

/** A container of somebody else's, in a Compose project of its own and beside Caddy where nothing else is said. */
export async function theirContainer({ docker }: Pick<FakeWorld, 'docker'>, name: string, more: Theirs = {}) {
  const { project = name, networks = ['caddy_caddynet'], image = 'traefik/whoami:v1.11.0', ...rest } = more;
  const definition = {
    project: { name: project, directory: `/opt/${project}`, file: `/opt/${project}/compose.yaml` },
    ...{ service: name, image, mounts: [], networks: networks.map((one) => ({ name: one, key: one })) },
    ...rest,
  };
  await docker.pull(image);
  await docker.run({ name, definition, environment: {}, revision: 'theirs' });
}
