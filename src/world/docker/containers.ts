import type Docker from 'dockerode';
import type { ContainerState } from '../../model/container.ts';
import { revisionLabel } from '../../model/label.ts';
import type { Api } from './api.ts';
import type { ContainerDetails, ContainerSummary } from './docker.ts';
import { framesOf, textOf } from './frames.ts';
import { Refusal } from './refusal.ts';

/** Every container, running or not, in one request. */
export async function listContainers(api: Api): Promise<ContainerSummary[]> {
  const list = await api.look<Docker.ContainerInfo[]>('/containers/json', { all: true });
  // A linked container is listed under its links, too: /other/alias.
  const nameOf = (c: Docker.ContainerInfo) =>
    (c.Names.find((name) => name.lastIndexOf('/') === 0) ?? c.Id).replace('/', '');
  const ownerOf = ({ HostConfig: { NetworkMode } }: Docker.ContainerInfo) => {
    const shared = /^container:(.+)$/.exec(NetworkMode ?? '')?.[1];
    const owner = shared === undefined ? undefined : list?.find((one) => one.Id === shared || nameOf(one) === shared);
    return owner && { networkOf: nameOf(owner) };
  };
  return (list ?? []).map((c) => ({
    name: nameOf(c),
    ...ownerOf(c),
    image: c.Image,
    command: c.Command,
    running: c.State === 'running',
    labels: c.Labels ?? {},
    networks: Object.keys(c.NetworkSettings?.Networks ?? {}),
    mounts: c.Mounts.map(mountOf),
    ports: c.Ports.filter((p) => p.PublicPort !== undefined).map((p) => ({
      address: p.IP ?? '',
      port: p.PublicPort,
      inside: p.PrivatePort,
    })),
  }));
}

/** As `docker top` shows them. An engine whose machine has no `ps` cannot tell. */
export async function listProcesses(api: Api, name: string): Promise<string[]> {
  const top = await api
    .look<{ Titles: string[]; Processes: string[][] | null }>(containerPath(name, '/top'))
    .catch((error: unknown) => {
      if (error instanceof Refusal) return undefined;
      throw error;
    });
  const at = top?.Titles.findIndex((column) => column === 'CMD' || column === 'COMMAND') ?? -1;
  return (top?.Processes ?? []).map((process) => process[at] ?? '');
}

export async function inspectContainer(api: Api, name: string): Promise<ContainerDetails | undefined> {
  const c = await api.look<Docker.ContainerInspectInfo>(containerPath(name, '/json'));
  if (!c) return undefined;
  const networks = Object.entries(c.NetworkSettings.Networks ?? {});
  const labels = c.Config.Labels ?? {};
  return {
    name: c.Name.replace('/', ''),
    image: c.Config.Image,
    command: [c.Path, ...c.Args].join(' '),
    running: c.State.Status === 'running',
    labels,
    networks: networks.map(([network]) => network),
    mounts: c.Mounts.map(mountOf),
    ports: Object.entries(c.NetworkSettings.Ports ?? {}).flatMap(([inside, hosts]) =>
      (hosts ?? []).map((h) => ({ address: h.HostIp, port: Number(h.HostPort), inside: Number.parseInt(inside, 10) })),
    ),
    argv: c.Config.Cmd ?? [],
    workingDirectory: c.Config.WorkingDir || '/',
    imageId: c.Image,
    environment: Object.fromEntries((c.Config.Env ?? []).map(nameAndValue)),
    revision: labels[revisionLabel],
    found: found(c),
    ...(c.State.Pid > 0 && { pid: c.State.Pid }),
    addresses: Object.fromEntries(networks.map(([n, { IPAddress }]) => [n, IPAddress]).filter(([, ip]) => ip)),
  };
}

const mountOf = ({ Type, Name, Source, Destination, RW }: Docker.ContainerInfo['Mounts'][number]) => ({
  ...{ source: Source, target: Destination, readOnly: !RW },
  ...(Type === 'volume' && Name !== undefined && { volume: Name }),
});

export const containerPath = (name: string, rest: string): string => `/containers/${encodeURIComponent(name)}${rest}`;

function nameAndValue(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

function found({
  State: state,
  RestartCount,
  NetworkSettings,
}: Docker.ContainerInspectInfo): ContainerDetails['found'] {
  const networks = Object.entries(NetworkSettings.Networks ?? {});
  return {
    state: state.Status as ContainerState,
    health: (state.Health?.Status ?? 'none') as ContainerDetails['found']['health'],
    exitCode: state.ExitCode,
    restarts: RestartCount ?? 0,
    startedAt: state.StartedAt,
    networks: networks.map(([name]) => name),
    aliases: Object.fromEntries(networks.map(([name, { Aliases }]) => [name, Aliases ?? []])),
    ...(state.Status === 'running' && { upFor: Math.max(0, Date.now() - Date.parse(state.StartedAt)) }),
    ...(state.OOMKilled && { outOfMemory: true as const }),
  };
}

/** The last lines of both of a container's streams, oldest first; none where there is no such container. */
export async function lastLines(api: Api, name: string, lines: number): Promise<string[]> {
  const query = { stdout: true, stderr: true, tail: lines };
  const data = await api.lookRaw(containerPath(name, '/logs'), query);
  return textOf(framesOf(data ?? Buffer.alloc(0)))
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .slice(-lines);
}
