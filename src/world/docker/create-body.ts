import type Docker from 'dockerode';
import type { Attachment, ContainerDefinition, Healthcheck } from '../../model/container.ts';
import { pinnedName } from '../../model/image-name.ts';
import { composeLabel, revisionLabel } from '../../model/label.ts';
import { reveal } from '../../model/secret.ts';
import type { NewContainer } from './docker.ts';

const nanoseconds = (seconds: number) => seconds * 1_000_000_000;

/**
 * The body of POST /containers/create. It names the first network alone, because Docker 20.10 refuses several; the
 * others are joined before the start.
 */
export function createBody(container: NewContainer, imageId: string): Docker.ContainerCreateOptions {
  const { name, definition: d } = container;
  const environment = Object.entries(container.environment);
  const [first] = d.networks;
  const ports = (d.publish ?? []).map(({ port, protocol, address, inside }) => ({
    key: `${inside ?? port}/${protocol}`,
    host: { ...(address !== undefined && { HostIp: address }), HostPort: String(port) },
  }));
  return {
    Hostname: name,
    Image: pinnedName(d),
    ...(d.command && { Cmd: [...d.command] }),
    Env: environment.map(([variable, value]) => `${variable}=${reveal(value)}`),
    Labels: containerLabels(container, imageId),
    ExposedPorts: Object.fromEntries(ports.map(({ key }) => [key, {}])),
    ...(d.healthcheck && { Healthcheck: healthConfig(d.healthcheck) }),
    HostConfig: {
      RestartPolicy: { Name: container.passing ? 'no' : 'unless-stopped' },
      // Unlike Binds, a mount with a missing source is refused instead of made as a directory of root's.
      Mounts: d.mounts.map(({ source, target, readOnly }) => ({
        Type: 'bind',
        Source: source,
        Target: target,
        ReadOnly: readOnly ?? false,
      })),
      PortBindings: Object.fromEntries(ports.map(({ key, host }) => [key, [host]])),
      ...(d.shmSize !== undefined && { ShmSize: d.shmSize }),
      CapDrop: ['ALL'],
      CapAdd: [...(d.capabilities ?? [])],
      SecurityOpt: ['no-new-privileges'],
      ...(d.logging && { LogConfig: { Type: d.logging.driver, Config: { ...d.logging.options } } }),
      ...(first && { NetworkMode: first.name }),
    },
    ...(first && { NetworkingConfig: { EndpointsConfig: { [first.name]: { Aliases: aliasesOn(first, d) } } } }),
  };
}

/** What a container is called on a network: its service's name, as Compose has it, and those of its own. */
export const aliasesOn = (
  { aliases = [] }: Attachment,
  { service }: Pick<ContainerDefinition, 'service'>,
): string[] => [service, ...aliases];

const healthConfig = (check: Healthcheck) => ({
  Test: [...check.test],
  StartPeriod: nanoseconds(check.startPeriod),
  Interval: nanoseconds(check.interval),
  Timeout: nanoseconds(check.timeout),
  Retries: check.retries,
});

/**
 * The labels by which `docker compose` takes a container for its own. Without a config-hash it would not see it, without
 * oneoff `down` would leave it, with another image or hash `up` would recreate it (tested with 2.40.3).
 */
function containerLabels(container: NewContainer, imageId: string): Record<string, string> {
  const { project, service, dependsOn } = container.definition;
  return {
    [composeLabel.project]: project.name,
    [composeLabel.directory]: project.directory,
    [composeLabel.file]: project.file,
    [composeLabel.service]: service,
    [composeLabel.number]: '1',
    [composeLabel.oneoff]: 'False',
    [composeLabel.configHash]: container.configHash ?? container.revision,
    [composeLabel.image]: imageId,
    [composeLabel.dependsOn]: (dependsOn ?? []).map((name) => `${name}:service_healthy:false`).join(','),
    [composeLabel.version]: '2',
    [revisionLabel]: container.revision,
  };
}
