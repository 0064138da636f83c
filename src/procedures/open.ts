import { type Explain, type Located, locate } from '../config/locate.ts';
import { Failure } from '../model/failure.ts';
import { oneLine } from '../model/steering.ts';
import { assertAtHome } from './at-home.ts';
import { begun, type Installation, openInstallation } from './installation.ts';
import { explainMissing } from './storage.ts';
import type { Surroundings } from './surroundings.ts';
import { assertOwnTrusted, trustedReader } from './trust.ts';

/**
 * Find homeauth.yaml, read it and open the installation that it describes.
 * @throws Failure config-missing, config-invalid, config-elsewhere, base-dir-changed, untrusted-path
 */
export async function open(
  flag: string | undefined,
  surroundings: Surroundings,
  eraFor?: Parameters<typeof openInstallation>[3],
): Promise<Installation> {
  const explain: Explain = (missing) => explainMissing(surroundings.world, missing);
  const { path, text, unused } = await find(flag, surroundings, explain);
  if (unused) surroundings.terminal.say(oneLine(`Using ${path}, not ${unused}.`));
  const installation = openInstallation(text, path, surroundings, eraFor);
  await assertOwnTrusted(installation);
  await assertAtHome(path, installation.config.baseDir, surroundings.world.files);
  return installation;
}

/**
 * The homeauth.yaml of this server, where it has one.
 * @throws Failure where one was named that is not there, or lies behind a lock
 */
export async function alreadyHere(flag: string | undefined, surroundings: Surroundings): Promise<Located | undefined> {
  let isHidden = false;
  try {
    return await find(flag, surroundings, async (missing) => {
      const known = await explainMissing(surroundings.world, missing);
      isHidden = known !== undefined;
      return known;
    });
  } catch (error) {
    const isNamed = flag !== undefined || surroundings.env['HOMEAUTH_CONFIG'];
    if (error instanceof Failure && error.code === 'config-missing' && !isNamed && !isHidden) return undefined;
    throw error;
  }
}

/** Nothing on this server points at an installation, and none was begun. @throws Failure as `alreadyHere` does */
export async function isBare(flag: string | undefined, surroundings: Surroundings): Promise<boolean> {
  if (await alreadyHere(flag, surroundings)) return false;
  const { world, pointer } = surroundings;
  const traces = await Promise.all([pointer, begun(pointer)].map((path) => world.files.stat(path)));
  return traces.every((trace) => trace === undefined);
}

function find(flag: string | undefined, { world, cwd, env, pointer }: Surroundings, explain: Explain) {
  const places = { flag, variable: env['HOMEAUTH_CONFIG'], workingDirectory: cwd, pointer };
  return locate(places, trustedReader(world), explain);
}
