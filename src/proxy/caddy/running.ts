import { revisionName } from '../../model/caddy.ts';
import { type Configuration, configurationIn } from './configuration.ts';
import { autosaveOf, type Instance } from './instance.ts';

/** The mark of our text in a configuration that Caddy runs; empty where there is none. */
export const revisionIn = (configuration: string): string =>
  new RegExp(`"${revisionName}"\\s*:\\s*"([^"]*)"`).exec(configuration)?.[1] ?? '';

type Loaded = Pick<Instance, 'read' | 'environment'>;

const autosave = async ({ read, environment }: Loaded): Promise<string> => (await read(autosaveOf(environment))) ?? '';

/** The mark in the configuration that Caddy loaded last, read without asking Caddy itself. */
export const lastLoaded = async (caddy: Loaded): Promise<string> => revisionIn(await autosave(caddy));

/** The same as data; empty where it loaded nothing, or keeps nothing. */
export async function loadedLast(caddy: Loaded): Promise<Configuration> {
  const text = await autosave(caddy);
  return text.trim() === '' ? {} : configurationIn(text);
}

/** What Caddy says that it runs, as JSON; where it cannot be asked, what it loaded last. */
export const runningText = async (caddy: Instance): Promise<string> => (await caddy.says()) ?? autosave(caddy);

/** The same as data. Empty where nobody says what it runs. */
export async function running(caddy: Instance): Promise<Configuration> {
  const text = await runningText(caddy);
  return text.trim() === '' ? {} : configurationIn(text);
}
