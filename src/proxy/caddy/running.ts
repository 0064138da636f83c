import { revisionName } from '../../model/caddy.ts';
import type { ContainerDetails, Docker } from '../../world/docker/docker.ts';

/** The mark of our text in a configuration that Caddy runs; empty where there is none. */
export const revisionIn = (configuration: string): string =>
  new RegExp(`"${revisionName}"\\s*:\\s*"([^"]*)"`).exec(configuration)?.[1] ?? '';

/** Where Caddy keeps the configuration that it loaded last. */
function autosaveOf({ environment }: Pick<ContainerDetails, 'environment'>): string {
  const home = environment['XDG_CONFIG_HOME'] ?? `${environment['HOME'] ?? '/root'}/.config`;
  return `${home}/caddy/autosave.json`;
}

/** The mark in the configuration that Caddy loaded last, read without asking Caddy itself. */
export async function lastLoaded(docker: Docker, details: ContainerDetails): Promise<string> {
  return revisionIn((await docker.readFile(details.name, autosaveOf(details))) ?? '');
}
