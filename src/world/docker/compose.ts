import { dirname, resolve } from 'node:path';
import type { ComposeRead, ComposeService } from '../../model/compose-service.ts';
import { configDirectory, type Environment } from './client-config.ts';

/** Compose as a plugin of the `docker` command, and standing alone. */
const commands = [['docker', 'compose'], ['docker-compose']] as const;

/** A container may take long to stop, and an image to come. In ms. */
const patience = 900_000;

/** It may ask another server for a file that is included; one that does not answer is none that can be read. In ms. */
const readingTime = 60_000;

/**
 * What Compose itself would put into the config-hash labels of a file's services; undefined where there is no Compose v2,
 * or it cannot read the file.
 */
export async function composeHashes(file: string, env: Environment): Promise<Record<string, string> | undefined> {
  for (const command of commands) {
    const compose = async (args: readonly string[], input: string) => {
      const { failed, stdout } = await run(command, args, { cwd: dirname(file), env: plain(env), input });
      return failed ? undefined : stdout;
    };
    // With an env_file `config --hash` differs from the label up to Compose 5.4; what `config` prints has none any more.
    const resolved = await compose(['-f', file, 'config', '--format', 'json'], '');
    if (resolved === undefined) continue;
    const { name } = JSON.parse(resolved) as { readonly name: string };
    const project = ['--project-name', name, '--project-directory', dirname(file)];
    const hashes = await compose([...project, '-f', '-', 'config', '--hash', '*'], resolved);
    if (hashes === undefined) continue;
    return Object.fromEntries(hashes.split('\n').map((line) => line.split(' ', 2) as [string, string]));
  }
  return undefined;
}

/** What Compose makes of the files of a service, without the variables of this process. */
export async function composeConfig(service: ComposeService, env: Environment): Promise<ComposeRead> {
  const command = await version2(service, env);
  if (!command) return { is: 'no-compose' };
  const asked = [...told(service), 'config'];
  const how = { cwd: service.directory, env: bare(env), timeout: readingTime };
  const { failed, stdout, stderr } = await run(command, [...asked, '--format', 'json'], how);
  const unset = unsetIn(stderr);
  if (failed) return unset.length > 0 ? { is: 'read', unset } : { is: 'unreadable' };
  const all = JSON.parse(stdout) as Resolved;
  const own = all.services?.[service.name];
  if (!own) return { is: 'read', unset };
  const { environment, volumes, image, scale, deploy, volumes_from: others } = own;
  const files = filesOf(own, all);
  // Compose looks for these only when the container before it is gone.
  const needed = files.flatMap(({ environment: name }) => (name === undefined ? [] : [name]));
  const set = needed.length > 0 ? await run(command, [...asked, '--environment'], how) : undefined;
  const lines = set && !set.failed ? set.stdout.split('\n') : undefined;
  const lacks = lines ? needed.filter((name) => !lines.some((line) => line.startsWith(`${name}=`))) : [];
  return {
    is: 'read',
    unset: [...new Set([...unset, ...lacks])],
    service: {
      ...(image !== undefined && { image }),
      scale: scale ?? deploy?.replicas ?? 1,
      environment: environment ?? {},
      mounts: [
        ...(volumes ?? []).map(({ type, source, target }) => ({
          target,
          ...(source !== undefined && { source: type === 'volume' ? (all.volumes?.[source]?.name ?? source) : source }),
        })),
        ...files.map(({ target, file }) => ({ target, ...(file !== undefined && { source: file }) })),
      ],
      ...(others?.length && { mountsOfOthers: true as const }),
    },
  };
}

/** Secrets and configs are mounted, too: from a file, or made from a variable. */
function filesOf(own: ResolvedService, all: Resolved) {
  const named = (uses: ResolvedService['secrets'], known: Resolved['secrets'], place: string) =>
    (uses ?? []).map(({ source, target }) => ({ target: resolve(place, target ?? source), ...known?.[source] }));
  return [...named(own.secrets, all.secrets, '/run/secrets'), ...named(own.configs, all.configs, '/')];
}

type Given = Readonly<Record<string, { readonly file?: string; readonly environment?: string } | undefined>>;
interface Resolved {
  readonly services?: Readonly<Record<string, ResolvedService | undefined>>;
  readonly volumes?: Readonly<Record<string, { readonly name?: string } | undefined>>;
  readonly secrets?: Given;
  readonly configs?: Given;
}
interface ResolvedService {
  readonly image?: string;
  readonly scale?: number;
  readonly deploy?: { readonly replicas?: number };
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly volumes?: readonly { readonly type?: string; readonly source?: string; readonly target: string }[];
  readonly volumes_from?: readonly string[];
  readonly secrets?: readonly { readonly source: string; readonly target?: string }[];
  readonly configs?: readonly { readonly source: string; readonly target?: string }[];
}

/**
 * `docker compose up -d`: makes the container of a service anew where its files say otherwise than it was made, and leaves
 * all others.
 * @returns what Compose said last, where it failed
 */
export async function composeUp(service: ComposeService, env: Environment): Promise<readonly string[] | undefined> {
  const command = await version2(service, env);
  if (!command) return ['There is no Compose v2 here.'];
  // Whatever .env and the files say: no newer build of the image, and no container of another service goes.
  const only = ['--no-deps', '--remove-orphans=false', '--pull', 'missing', '--quiet-pull'];
  const asked = [...told(service), 'up', '--detach', ...only, service.name];
  // What is begun comes to its end: Ctrl-C at the terminal is for homeauth, which stops afterwards.
  const how = { cwd: service.directory, env: bare(env), timeout: patience, detached: true as const };
  const { failed, stderr } = await run(command, asked, how);
  return failed ? stderr.split('\n').filter(Boolean).slice(-5) : undefined;
}

/** The first of them that is there and knows Compose v2. */
async function version2(
  { directory: cwd }: ComposeService,
  env: Environment,
): Promise<(typeof commands)[number] | undefined> {
  for (const command of commands) {
    const { failed, stdout } = await run(command, ['version', '--short'], { cwd, env: bare(env) });
    if (!failed && /^v?([2-9]|\d\d)/.test(stdout)) return command;
  }
  return undefined;
}

/** With all profiles: without its own, Compose would not see the service, and without another's not what it depends on. */
const told = ({ project, directory, files, environmentFiles }: ComposeService): readonly string[] => [
  ...['--ansi', 'never', '--project-name', project, '--project-directory', directory, '--profile', '*'],
  ...files.flatMap((file) => ['--file', file]),
  ...environmentFiles.flatMap((file) => ['--env-file', file]),
];

/** As Compose says it of a variable, of one that must have a value, and of `~` in a path. */
function unsetIn(stderr: string): string[] {
  const found = stderr.matchAll(
    /The \\?"([^"\\]+)\\?" variable is not set|required variable (\S+) is missing a value|the environment lacks (\w+)/g,
  );
  return [...new Set([...found].map(([, blank, required, home]) => blank ?? required ?? home ?? ''))];
}

interface Options {
  readonly cwd: string;
  readonly env: Environment;
  readonly input?: string;
  readonly timeout?: number;
  readonly detached?: true;
}

async function run(
  [program, ...first]: (typeof commands)[number],
  args: readonly string[],
  { input, ...options }: Options,
) {
  const { execa } = await import('execa');
  const stdin = input === undefined ? { stdin: 'ignore' as const } : { input };
  return execa(program, [...first, ...args], { ...stdin, ...options, extendEnv: false, reject: false });
}

/** Without the variables that would point Compose at another project or file. */
const plain = (env: Environment) => Object.fromEntries(Object.entries(env).filter(([k]) => !k.startsWith('COMPOSE_')));

/**
 * What the command itself needs. A person's files name variables of that person, as HOME: with those of whoever runs
 * homeauth, another folder could be mounted, so these are better not set.
 */
const bare = (env: Environment): Environment => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => name === 'PATH' || name.startsWith('DOCKER_'))),
  DOCKER_CONFIG: configDirectory(env),
});
