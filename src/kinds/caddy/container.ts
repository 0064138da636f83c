import type { ContainerSummary } from '../../world/docker/docker.ts';

/** What a Caddy was started with. */
export type Started =
  | { readonly with: 'caddyfile'; readonly path: string }
  | { readonly with: 'something-else'; readonly what: string };

/** Which configuration a container's command makes Caddy load. */
export function startedWith(command: string): Started {
  const words = command.split(/\s+/).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
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

/** The container whose Caddy reads this file of the host, and the file's path in there. */
export function readerOf(
  containers: readonly ContainerSummary[],
  outside: string,
): { readonly container: string; readonly running: boolean; readonly inside: string } | undefined {
  for (const container of containers) {
    const started = startedWith(container.command);
    if (started.with !== 'caddyfile') continue;
    if (onHost(container, started.path)?.outside !== outside) continue;
    return { container: container.name, running: container.running, inside: started.path };
  }
  return undefined;
}
