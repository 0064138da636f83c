import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../machine/engine.ts';

/** What `docker inspect` says of a container, as far as tests ask. */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly StartedAt: string; readonly Running: boolean };
  readonly Config: {
    readonly Image: string;
    readonly Hostname: string;
    readonly User: string;
    readonly Env: readonly string[];
    readonly Cmd: readonly string[] | null;
    readonly Healthcheck?: Readonly<Record<string, unknown>>;
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly HostConfig: {
    readonly RestartPolicy: { readonly Name: string };
    readonly ShmSize: number;
    readonly Privileged: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostPort: string }[]>>;
  };
  readonly Mounts: readonly { readonly Source: string; readonly Destination: string; readonly RW: boolean }[];
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly Aliases: readonly string[] }>>;
  };
}

export async function inspect(engine: Engine, name: string): Promise<Inspected> {
  return JSON.parse(await engine.docker(['container', 'inspect', name]))[0];
}

/** Every container there is, by its name: which one it is, and since when it runs. */
export async function lives(engine: Engine): Promise<Record<string, string>> {
  const names = await containerNames(engine);
  const found = await Promise.all(names.map((name) => inspect(engine, name)));
  return Object.fromEntries(found.map(({ Id, State }, n) => [names[n]!, `${Id} since ${State.StartedAt}`]));
}

const lines = (text: string): string[] => text.split('\n').filter(Boolean).sort();

export const containerNames = async (engine: Engine): Promise<string[]> =>
  lines(await engine.docker(['ps', '--all', '--format', '{{.Names}}']));

export const networkNames = async (engine: Engine): Promise<string[]> =>
  lines(await engine.docker(['network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}']));

/** Owner, mode and, unless a program keeps writing there, time of change: of everything below a directory. */
export async function tree(root: string, living: readonly string[] = []): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (path: string, below: string): Promise<void> => {
    const { uid, gid, mode, mtimeNs, ctimeNs, ino } = await lstat(path, { bigint: true });
    found[below] = `${access({ uid, gid, mode })} ${ino} ${mtimeNs} ${ctimeNs}`;
    if ((mode & 0o170000n) !== 0o040000n || living.includes(below)) return;
    for (const name of await readdir(path)) await walk(join(path, name), below === '' ? name : `${below}/${name}`);
  };
  await walk(root, '');
  return found;
}

const access = ({ uid, gid, mode }: { uid: bigint; gid: bigint; mode: bigint }): string =>
  `${uid}:${gid} ${(mode & 0o7777n).toString(8).padStart(4, '0')}`;

/** Owner and mode of one path, as `0:0 0755`. */
export async function accessOf(path: string): Promise<string> {
  return access(await lstat(path, { bigint: true }));
}
