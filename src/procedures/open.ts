import { locate } from '../config/locate.ts';
import { parseConfig } from '../config/parse.ts';
import { type Installation, openInstallation } from './installation.ts';
import { explainMissing } from './storage.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Find homeauth.yaml, read it and open the installation that it describes.
 * @throws Failure config-missing, config-invalid
 */
export async function open(flag: string | undefined, surroundings: Surroundings): Promise<Installation> {
  const { world, cwd, env, pointer } = surroundings;
  const places = { flag, variable: env['HOMEAUTH_CONFIG'], workingDirectory: cwd, pointer };
  const { path, text } = await locate(places, world.files, (missing) => explainMissing(world, missing));
  return openInstallation(parseConfig(text, path).config, text, surroundings);
}
