import type { Template } from '../formats/template.ts';
import { quoteYaml } from '../formats/yaml.ts';
import type { ContainerDefinition } from '../model/container.ts';
import { pinnedName } from '../model/image-name.ts';

/** A container as docker-compose.yml says it: the same data that goes into the API call. */
export interface ComposeService {
  readonly name: string;
  readonly definition: ContainerDefinition;
  readonly revision: string;
}

/** The text of a docker-compose.yml. `own`: keys of the networks that this project itself makes. */
export function composeText(template: Template, services: readonly ComposeService[], own: readonly string[]): string {
  const networks = new Map(services.flatMap(({ definition }) => definition.networks.map((n) => [n.key, n])));
  const data = {
    project: services[0]?.definition.project.name ?? '',
    services: services.map(({ name, definition: d, revision }) => ({
      name,
      revision,
      image: pinnedName(d),
      command: d.command ?? [],
      envFiles: d.envFiles ?? [],
      environment: d.environment,
      mounts: d.mounts.map((mount) => ({ readOnly: false, ...mount })),
      publish: (d.publish ?? []).map(
        ({ port, protocol, address, inside }) =>
          `${address === undefined ? '' : `${address}:`}${port}:${inside ?? port}/${protocol}`,
      ),
      expose: (d.expose ?? []).map(String),
      shmSize: d.shmSize,
      healthcheck: d.healthcheck && {
        test: d.healthcheck.test,
        startPeriod: `${d.healthcheck.startPeriod}s`,
        interval: `${d.healthcheck.interval}s`,
        timeout: `${d.healthcheck.timeout}s`,
        retries: d.healthcheck.retries,
      },
      dependsOn: d.dependsOn ?? [],
      capabilities: d.capabilities ?? [],
      logging: d.logging,
      networks: d.networks.map(({ key, aliases = [] }) => ({ key, aliases })),
    })),
    networks: [...networks.values()].map(({ key, name, internal = false }) => ({
      key,
      name,
      internal,
      external: !own.includes(key),
    })),
  };
  return template(data, quoteYaml);
}
