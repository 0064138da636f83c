import type { ContainerSummary, Docker } from '../../world/docker/docker.ts';

/** What a Caddy was started with. */
export type Started =
  | { readonly with: 'caddyfile'; readonly path: string }
  | { readonly with: 'something-else'; readonly what: string };

/** Which configuration a container's command makes Caddy load. */
export function startedWith(command: string): Started {
  const all = command.split(/\s+/).map((word) => word.replace(/^['"]+|['"]+$/g, ''));
  // What stands before it belongs to a shell, whose -c means something else.
  const words = all.slice(all.findIndex((word) => /(^|\/)caddy$/.test(word)) + 1);
  const value = (...names: readonly string[]): string | undefined => {
    const at = words.findIndex((word) => names.includes(word.split('=')[0] ?? ''));
    return at < 0 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1]);
  };
  const path = value('--config', '-config', '-c') ?? '/etc/caddy/Caddyfile';
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
  return { with: 'caddyfile', path: path.startsWith('/') ? path : `/etc/caddy/${path.replace(/^\.\//, '')}` };
}

/** Where a path inside a container lies on this server, by its mounts; `alone`: the file itself is the mount. */
export function onHost(
  { mounts }: Pick<ContainerSummary, 'mounts'>,
  inside: string,
): { readonly outside: string; readonly alone: boolean } | undefined {
  const holds = ({ target }: { target: string }) =>
    target === inside || inside.startsWith(`${target.replace(/\/$/, '')}/`);
  const [mount] = mounts.filter(holds).toSorted((a, b) => b.target.length - a.target.length);
  if (!mount) return undefined;
  const below = inside.slice(mount.target.replace(/\/$/, '').length);
  return { outside: `${mount.source}${below}`, alone: mount.target === inside };
}

export interface Reader {
  readonly container: string;
  readonly running: boolean;
  /** The file's path in there. */
  readonly inside: string;
}

/** The container whose Caddy reads this file of the host. */
export async function readerOf(
  docker: Pick<Docker, 'containers' | 'container'>,
  outside: string,
): Promise<Reader | undefined> {
  for (const summary of await docker.containers()) {
    const started = startedWith(summary.command);
    if (started.with !== 'caddyfile' || !onHost(summary, started.path)) continue;
    // A list need not say where a volume lies on the host.
    const details = await docker.container(summary.name);
    if (!details || onHost(details, started.path)?.outside !== outside) continue;
    return { container: summary.name, running: summary.running, inside: started.path };
  }
  return undefined;
}
