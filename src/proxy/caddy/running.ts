import { revisionName } from '../../model/caddy.ts';
import type { ContainerDetails, Docker } from '../../world/docker/docker.ts';
import type { CaddyCommand } from './command.ts';
import { type Configuration, configurationIn } from './configuration.ts';

/** The mark of our text in a configuration that Caddy runs; empty where there is none. */
export const revisionIn = (configuration: string): string =>
  new RegExp(`"${revisionName}"\\s*:\\s*"([^"]*)"`).exec(configuration)?.[1] ?? '';

/** Where Caddy keeps the configuration that it loaded last. */
function autosaveOf({ environment }: Pick<ContainerDetails, 'environment'>): string {
  const home = environment['XDG_CONFIG_HOME'] ?? `${environment['HOME'] ?? '/root'}/.config`;
  return `${home}/caddy/autosave.json`;
}

const autosave = async (docker: Pick<Docker, 'readFile'>, details: ContainerDetails): Promise<string> =>
  (await docker.readFile(details.name, autosaveOf(details))) ?? '';

/** The mark in the configuration that Caddy loaded last, read without asking Caddy itself. */
export const lastLoaded = async (docker: Docker, details: ContainerDetails): Promise<string> =>
  revisionIn(await autosave(docker, details));

/** The same as data; empty where it loaded nothing, or keeps nothing. */
export async function loadedLast(docker: Pick<Docker, 'readFile'>, details: ContainerDetails): Promise<Configuration> {
  const text = await autosave(docker, details);
  return text.trim() === '' ? {} : configurationIn(text);
}

/** What Caddy says that it runs, as JSON; where it cannot be asked, what it loaded last. */
export async function runningText(caddy: CaddyCommand, docker: Docker, details: ContainerDetails): Promise<string> {
  const answer = await caddy.other(['wget', '-qO-', 'http://localhost:2019/config/']).catch(() => undefined);
  return answer?.code === 0 ? answer.stdout : autosave(docker, details);
}

/** The same as data. Empty where nobody says what it runs. */
export async function running(caddy: CaddyCommand, docker: Docker, details: ContainerDetails): Promise<Configuration> {
  const text = await runningText(caddy, docker, details);
  return text.trim() === '' ? {} : configurationIn(text);
}
