import { resolve } from 'node:path/posix';
import type { CaddyPlace } from '../../model/resource.ts';
import type { ContainerDetails, ContainerSummary } from '../../world/docker/docker.ts';
import type { Program, World } from '../../world/world.ts';

/** What a Caddy was started with. */
export type Started =
  | { readonly with: 'caddyfile'; readonly path: string }
  | { readonly with: 'something-else'; readonly what: string };

/** Which configuration a container's command makes Caddy load: from its working directory, where it is not told. */
export function startedWith({
  command,
  workingDirectory,
}: Pick<ContainerDetails, 'command' | 'workingDirectory'>): Started {
  const all = command.split(/\s+/).map((word) => word.replace(/^['"]+|['"]+$/g, ''));
  // What stands before it belongs to a shell, whose -c means something else.
  const at = all.findIndex((word) => /(^|\/)caddy$/.test(word));
  if (at < 0) return { with: 'something-else', what: `what ${all[0] || 'its program'} chooses` };
  const words = all.slice(at + 1);
  const [subcommand = ''] = words;
  if (!/^(run|start)$/.test(subcommand)) {
    return { with: 'something-else', what: `nothing (caddy ${subcommand} has a configuration of its own)` };
  }
  const value = (...names: readonly string[]): string | undefined => {
    const at = words.findIndex((word) => names.includes(word.split('=')[0] ?? ''));
    return at < 0 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1]);
  };
  const path = value('--config', '-config', '-c') ?? 'Caddyfile';
  const adapter = value('--adapter', '-adapter', '-a');
  if (words.some((word) => /^--?(resume|r)$/.test(word))) {
    return { with: 'something-else', what: 'its last configuration again (--resume), whatever the Caddyfile says' };
  }
  if (adapter !== undefined && adapter !== 'caddyfile') {
    return { with: 'something-else', what: `a configuration that is no Caddyfile (--adapter ${adapter})` };
  }
  if (adapter === undefined && path.endsWith('.json')) {
    return { with: 'something-else', what: `JSON and not a Caddyfile (--config ${path})` };
  }
  return { with: 'caddyfile', path: resolve(workingDirectory, path) };
}

/** The files of variables that it was given (`--envfile`). */
export const envFilesOf = ({ command, workingDirectory }: Pick<ContainerDetails, 'command' | 'workingDirectory'>) =>
  [...command.matchAll(/\s--?envfile[=\s]+['"]?([^\s'"]+)/g)].flatMap(([, files = '']) =>
    files.split(',').map((file) => resolve(workingDirectory, file)),
  );

/** How Caddy was started in a container that runs: where its command is a script, what the script has started. */
export async function commandIn<D extends Pick<ContainerDetails, 'name' | 'command'>>(
  details: D,
  { docker }: Pick<World, 'docker'>,
): Promise<D> {
  const isCaddy = (command: string) => /(^|[\s/'"])caddy['"]?\s/.test(`${command} `);
  if (isCaddy(details.command)) return details;
  const command = (await docker.processes(details.name)).find(isCaddy);
  return { ...details, command: command ?? details.command };
}

/** Where a path inside a container lies on this server, by its mounts; `alone`: the file itself is the mount. */
export function onHost(
  { mounts }: Pick<ContainerSummary, 'mounts'>,
  inside: string,
): { readonly outside: string; readonly alone: boolean } | undefined {
  const holds = ({ target }: { target: string }) =>
    target === inside || inside.startsWith(`${target.replace(/\/$/, '')}/`);
  const [mount] = mounts.filter(holds).toSorted((a, b) => b.target.length - a.target.length);
  // Memory alone (tmpfs) has no place on this server.
  if (!mount?.source) return undefined;
  const below = inside.slice(mount.target.replace(/\/$/, '').length);
  return { outside: `${mount.source}${below}`, alone: mount.target === inside };
}

/** Caddys that run on this server itself as servers: what else the program does is over soon. */
export const hostPrograms = async ({ host }: Pick<World, 'host'>): Promise<readonly Program[]> =>
  (await host.programs('caddy')).filter(({ argv }) => argv[1] === 'run' || argv[1] === 'start');

/** The Caddyfile that such a one reads. */
export function readsOf({ argv, workingDirectory }: Program): string | undefined {
  const started = startedWith({ command: argv.join(' '), workingDirectory });
  return started.with === 'caddyfile' ? started.path : undefined;
}

export interface Reader extends CaddyPlace {
  /** The file's path in there. */
  readonly inside: string;
}

/** The Caddy that reads this file of the host. */
export async function readerOf(
  { docker, files, host }: Pick<World, 'docker' | 'files' | 'host'>,
  outside: string,
): Promise<Reader | undefined> {
  for (const summary of await docker.containers()) {
    if (!/caddy/i.test(`${summary.name} ${summary.image} ${summary.command}`)) continue;
    // A list says neither where it was started nor, always, where a volume lies on the host.
    const details = await docker.container(summary.name);
    const started = details && startedWith(await commandIn(details, { docker }));
    if (started?.with !== 'caddyfile') continue;
    const place = onHost(details!, started.path);
    if (!place || (place.outside !== outside && (await linkedTo(place.outside, files)) !== outside)) continue;
    return { container: summary.name, inside: started.path };
  }
  for (const program of await hostPrograms({ host })) {
    const inside = readsOf(program);
    if (inside === undefined || (inside !== outside && (await linkedTo(inside, files)) !== outside)) continue;
    return { ...(program.unit !== undefined && { unit: program.unit }), inside };
  }
  return undefined;
}

/** The file itself, where a path is a link to one. */
export async function linkedTo(
  path: string,
  files: Pick<World['files'], 'stat' | 'filesystem'>,
): Promise<string | undefined> {
  return (await files.stat(path))?.type === 'link' ? (await files.filesystem(path)).realPath : undefined;
}
