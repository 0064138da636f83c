import { dirname } from 'node:path/posix';
import { parseJson } from '../../formats/json.ts';
import { asNothing } from '../../model/failure.ts';
import type { CaddyPlace } from '../../model/resource.ts';
import type { ContainerDetails, ExecResult } from '../../world/docker/docker.ts';
import type { Program, World } from '../../world/world.ts';
import { commandIn, envFilesOf, hostPrograms, readsOf } from './container.ts';

/** A Caddy that is there, wherever it runs: what homeauth asks of it. `read` and `dial` start no program. */
export interface Instance {
  /** Caddy's command line: with the same modules, variables and files that the server has. */
  run(args: readonly string[], stdin?: string): Promise<ExecResult>;
  /** The Caddyfile as it sees it, where that can be told; empty where it sees none. */
  sees(): Promise<string | undefined>;
  /** What it says that it runs, as JSON, where it can be asked. */
  says(): Promise<string | undefined>;
  /** A file where it is. */
  read(path: string): Promise<string | undefined>;
  /** Where something can be asked from here that listens at this address there. */
  dial(address: string, port: number, network?: string): Promise<{ host: string; port: number } | undefined>;
  readonly environment: Readonly<Record<string, string>>;
  /** The variables in them are beyond its own `caddy reload`. */
  readonly envFiles: readonly string[];
}

type Around = Pick<World, 'docker' | 'files' | 'http' | 'host'>;

const isEvery = (address: string) => /^(|0\.0\.0\.0|\[::\])$/.test(address);
const isLoopback = (address: string) => /^(127\.|localhost$|\[::1\])/.test(address);

/** The Caddy that runs there and reads this file; undefined where none does. `inside`: the Caddyfile as it sees it. */
export async function instanceOf(place: CaddyPlace, inside: string, around: Around): Promise<Instance | undefined> {
  if (place.container !== undefined) {
    const details = await around.docker.container(place.container);
    return details?.running ? inContainer(await commandIn(details, around), inside, around) : undefined;
  }
  const program = (await hostPrograms(around)).find((one) => readsOf(one) === inside);
  return program && onThisServer(program, inside, around);
}

/** One in a container, which need not run. */
export function inContainer(
  details: Pick<ContainerDetails, 'name' | 'environment' | 'networks' | 'command' | 'workingDirectory'>,
  inside: string,
  { docker }: Pick<World, 'docker'>,
): Instance {
  const { name, environment, networks } = details;
  const envFiles = envFilesOf(details);
  // Caddy resolves the imports of a text from stdin from the working directory.
  const cwd = dirname(inside);
  return {
    run: withVariables(envFiles, (args, stdin) =>
      docker.exec(name, ['caddy', ...args], { cwd, ...(stdin !== undefined && { stdin }) }),
    ),
    sees: async () => {
      // Without a working directory: where the Caddyfile's folder was replaced, nothing can be started in it.
      const seen = await docker.exec(name, ['cat', inside]);
      if (seen.code === 0) return seen.stdout;
      const there = await docker.exec(name, ['test', '-e', inside]);
      return there.code === 1 ? '' : undefined;
    },
    says: async () => {
      const answer = await docker
        .exec(name, ['wget', '-qO-', 'http://localhost:2019/config/'], { cwd })
        .catch(() => undefined);
      return answer?.code === 0 ? answer.stdout : undefined;
    },
    read: (path) => docker.readFile(name, path),
    dial: async (address, port, network) => {
      if (networks.includes('host')) return here(address, port);
      // The container's own loopback: nobody can ask there from here.
      if (isLoopback(address)) return undefined;
      return isEvery(address) ? docker.dialAddress(name, port, network) : { host: address, port };
    },
    environment,
    envFiles,
  };
}

/** Caddy's command line with these files. Its reload takes none, so it is given what `adapt` has made with them. */
function withVariables(files: readonly string[], run: Instance['run']): Instance['run'] {
  if (files.length === 0) return run;
  const flags = files.flatMap((file) => ['--envfile', file]);
  return async (args, stdin) => {
    const [command = '', ...rest] = args;
    if (command === 'adapt' || command === 'validate') return run([...args, ...flags], stdin);
    if (command !== 'reload') return run(args, stdin);
    const adapted = await run(['adapt', ...rest, ...flags], stdin);
    return adapted.code === 0 ? run(['reload', '--config', '-'], adapted.stdout) : adapted;
  };
}

const here = (address: string, port: number) =>
  isEvery(address) || isLoopback(address) ? { host: '127.0.0.1', port } : { host: address, port };

/** Who only looks asks nobody over HTTP. */
type Sight = Pick<World, 'files' | 'host'> & Partial<Pick<World, 'http'>>;

/** One that is a program of this server's. */
export function onThisServer(program: Program, inside: string, { files, host, http }: Sight): Instance {
  const { environment, argv, workingDirectory } = program;
  const envFiles = envFilesOf({ command: argv.join(' '), workingDirectory });
  return {
    run: withVariables(envFiles, (args, stdin) =>
      host.run(program, args, { cwd: dirname(inside), ...(stdin !== undefined && { stdin }) }),
    ),
    sees: () => files.read(inside),
    async says() {
      const loaded = await files.read(autosaveOf(environment));
      const listen = /"admin":\{(?:[^{}]*,)?"listen":"([^"]*)"/.exec(loaded ?? '')?.[1] ?? 'localhost:2019';
      const [, address, port = ''] = /^(?:tcp\/)?([^/]*):(\d+)$/.exec(listen) ?? [];
      // A socket, or another Caddy's.
      if (address === undefined || (await host.listener(Number(port)))?.pid !== program.pid) return undefined;
      const url = `http://${address || 'localhost'}:${port}/config/`;
      const answer = await http?.dial({ url, via: here(address, Number(port)) }).catch(asNothing);
      // As much as is read of an answer may not be all of it.
      return answer?.status === 200 && parseJson(answer.body) !== undefined ? answer.body : undefined;
    },
    read: (path) => files.read(path),
    dial: async (address, port) => here(address, port),
    environment,
    envFiles,
  };
}

/** Where Caddy keeps the configuration that it loaded last. */
export const autosaveOf = (environment: Instance['environment']): string =>
  `${environment['XDG_CONFIG_HOME'] ?? `${environment['HOME'] ?? '/root'}/.config`}/caddy/autosave.json`;

/** Where it keeps the certificate of its own authority. */
export const rootOf = (environment: Instance['environment']): string =>
  `${environment['XDG_DATA_HOME'] ?? `${environment['HOME'] ?? '/root'}/.local/share`}/caddy/pki/authorities/local/root.crt`;
