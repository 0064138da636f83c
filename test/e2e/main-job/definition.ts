import type { Engine } from '../../machine/engine.ts';
import { inspect } from './look.ts';

/** What a container is made from, in one form for what Compose reads in a file and for what Docker runs. */
interface Definition {
  readonly image: string;
  readonly hostname: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
  readonly networks: readonly string[];
  readonly ports: readonly string[];
  readonly restart: string;
  /** In bytes; 64 MB is Docker's own. */
  readonly shmSize: number;
  /** Those that it keeps, those that it drops, and what it may never gain. */
  readonly rights: readonly string[];
  readonly log: Readonly<Record<string, string>>;
  /** Times in s. */
  readonly healthcheck: Readonly<Record<string, unknown>> | undefined;
}

interface Service {
  readonly container_name: string;
  readonly image: string;
  readonly hostname: string;
  readonly command: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly source: string; readonly target: string; readonly read_only?: true }[];
  readonly networks: Readonly<Record<string, unknown>>;
  readonly ports?: readonly { readonly published: string; readonly target: number; readonly protocol: string }[];
  readonly restart: string;
  readonly shm_size?: string;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly healthcheck?: Readonly<Record<'test' | 'start_period' | 'interval' | 'timeout' | 'retries', string>>;
}

interface ImageConfig {
  readonly Env: readonly string[];
  readonly Cmd: readonly string[] | null;
  readonly Healthcheck?: Readonly<Record<string, unknown>>;
}

const dockersOwn = 64 * 1024 * 1024;

type Words = readonly string[] | null | undefined;
const rights = (keeps: Words, drops: Words, options: Words): string[] => [
  ...(keeps ?? []).map((name) => `+${name.replace('CAP_', '')}`),
  ...(drops ?? []).map((name) => `-${name}`),
  ...(options ?? []),
];

const mount = (source: string, target: string, readOnly: boolean): string =>
  `${source} at ${target}${readOnly ? ', not to be written' : ''}`;

/** What the real Compose reads in a project, by container; what it does not say is the image's. */
export async function composeDefinitions(engine: Engine, cwd: string): Promise<Record<string, Definition>> {
  const project: {
    services: Record<string, Service>;
    networks: Record<string, { name: string }>;
  } = JSON.parse(await engine.compose(['config', '--format', 'json'], { cwd }));
  const all = Object.values(project.services).map(async (service): Promise<[string, Definition]> => {
    const image = await imageConfig(engine, service.image);
    const own = Object.entries(service.environment ?? {}).map(([name, value]) => [name, value.replaceAll('$$', '$')]);
    return [
      service.container_name,
      {
        image: service.image,
        hostname: service.hostname,
        command: service.command ?? image.Cmd ?? [],
        environment: { ...variables(image.Env), ...Object.fromEntries(own) },
        mounts: (service.volumes ?? []).map((v) => mount(v.source, v.target, v.read_only ?? false)).sort(),
        networks: Object.keys(service.networks)
          .map((key) => project.networks[key]?.name ?? '')
          .sort(),
        ports: (service.ports ?? []).map((p) => `${p.published} to ${p.target}/${p.protocol}`).sort(),
        restart: service.restart,
        shmSize: Number(service.shm_size ?? dockersOwn),
        rights: rights(service.cap_add, service.cap_drop, service.security_opt),
        log: { driver: service.logging?.driver ?? '', ...service.logging?.options },
        healthcheck: service.healthcheck ? checkOfCompose(service.healthcheck) : checkOfDocker(image.Healthcheck),
      },
    ];
  });
  return Object.fromEntries(await Promise.all(all));
}

/** What Docker runs. */
export async function dockerDefinition(engine: Engine, name: string): Promise<Definition> {
  const { Config, HostConfig, Mounts, NetworkSettings } = await inspect(engine, name);
  const ports = Object.entries(HostConfig.PortBindings ?? {});
  return {
    image: Config.Image,
    hostname: Config.Hostname,
    command: Config.Cmd ?? [],
    environment: variables(Config.Env),
    mounts: Mounts.map((m) => mount(m.Source, m.Destination, !m.RW)).sort(),
    networks: Object.keys(NetworkSettings.Networks).sort(),
    ports: ports.flatMap(([inside, hosts]) => hosts.map(({ HostPort }) => `${HostPort} to ${inside}`)).sort(),
    restart: HostConfig.RestartPolicy.Name,
    shmSize: HostConfig.ShmSize,
    rights: rights(HostConfig.CapAdd, HostConfig.CapDrop, HostConfig.SecurityOpt),
    log: { driver: HostConfig.LogConfig.Type, ...HostConfig.LogConfig.Config },
    healthcheck: checkOfDocker(Config.Healthcheck),
  };
}

const imageConfig = async (engine: Engine, image: string): Promise<ImageConfig> =>
  JSON.parse(await engine.docker(['image', 'inspect', image]))[0].Config;

const variables = (env: readonly string[]): Record<string, string> =>
  Object.fromEntries(env.map((line) => line.split(/=(.*)/s, 2) as [string, string]));

const checkOfCompose = ({ test, start_period, interval, timeout, retries }: NonNullable<Service['healthcheck']>) => ({
  test,
  startPeriod: Number.parseFloat(start_period),
  interval: Number.parseFloat(interval),
  timeout: Number.parseFloat(timeout),
  retries,
});

function checkOfDocker(check: Readonly<Record<string, unknown>> | undefined) {
  if (!check) return undefined;
  const seconds = (value: unknown) => Number(value ?? 0) / 1e9;
  return {
    test: check['Test'],
    startPeriod: seconds(check['StartPeriod']),
    interval: seconds(check['Interval']),
    timeout: seconds(check['Timeout']),
    retries: check['Retries'],
  };
}
