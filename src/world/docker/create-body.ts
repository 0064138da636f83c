import type Docker from 'dockerode';
import type { Attachment, ContainerDefinition, Healthcheck } from '../../model/container.ts';
import { pinnedName } from '../../model/image-name.ts';
import { reveal } from '../../model/secret.ts';
import type { NewContainer } from './docker.ts';
import { containerLabels } from './labels.ts';

const nanoseconds = (seconds: number) => seconds * 1_000_000_000;

/**
 * The body of POST /containers/create. It names the first network alone, because Docker 20.10 refuses several; the
 * others are joined before the start.
 */
export function createBody(container: NewContainer, imageId: string): Docker.ContainerCreateOptions {
  const { name, definition: d } = container;
  const environment = Object.entries(container.environment);
  const [first] = d.networks;
  const ports = (d.publish ?? []).map(({ port, protocol }) => ({ key: `${port}/${protocol}`, host: String(port) }));
  return {
    Hostname: name,
    Image: pinnedName(d),
    ...(d.command && { Cmd: [...d.command] }),
    Env: environment.map(([variable, value]) => `${variable}=${reveal(value)}`),
    Labels: containerLabels(container, imageId),
    ExposedPorts: Object.fromEntries(ports.map(({ key }) => [key, {}])),
    ...(d.healthcheck && { Healthcheck: healthConfig(d.healthcheck) }),
    HostConfig: {
      RestartPolicy: { Name: 'unless-stopped' },
      // Unlike Binds, a mount with a missing source is refused instead of made as a directory of root's.
      Mounts: d.mounts.map(({ source, target, readOnly }) => ({
        Type: 'bind',
        Source: source,
        Target: target,
        ReadOnly: readOnly ?? false,
      })),
      PortBindings: Object.fromEntries(ports.map(({ key, host }) => [key, [{ HostPort: host }]])),
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
