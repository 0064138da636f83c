import { type Explain, type Located, locate } from '../config/locate.ts';
import { oneLine } from '../model/control-characters.ts';
import { Failure } from '../model/failure.ts';
import type { Runtime } from './command-runtime.ts';
import { assertConfigLocation } from './config-location.ts';
import { begun, type Installation, openInstallation } from './installation.ts';
import { explainMissing } from './storage.ts';
import { assertOwnTrusted, trustedReader } from './trust.ts';
import { assertNotUpgrading } from './upgrading.ts';

/**
 * Find homeauth.yaml, read it and open the installation that it describes.
 * @throws Failure config-missing, config-invalid, config-elsewhere, base-dir-changed, untrusted-path, upgrade-unfinished
 */
export async function open(
  flag: string | undefined,
  runtime: Runtime,
  eraFor?: Parameters<typeof openInstallation>[3],
): Promise<Installation> {
  const explain: Explain = (missing) => explainMissing(runtime.world, missing);
  const { path, text, unused } = await find(flag, runtime, explain);
  if (unused) runtime.terminal.say(oneLine(`Using ${path}, not ${unused}.`));
  const installation = openInstallation(text, path, runtime, eraFor);
  await assertOwnTrusted(installation);
  await assertConfigLocation(path, installation.config.baseDir, runtime.world.files);
  if (runtime.changes && !runtime.overUpgrade) await assertNotUpgrading(installation);
  return installation;
}

/**
 * The homeauth.yaml of this server, where it has one.
 * @throws Failure where one was named that is not there, or lies behind a lock
 */
export async function alreadyHere(flag: string | undefined, runtime: Runtime): Promise<Located | undefined> {
  let isHidden = false;
  try {
    return await find(flag, runtime, async (missing) => {
      const known = await explainMissing(runtime.world, missing);
      isHidden = known !== undefined;
      return known;
    });
  } catch (error) {
    const isNamed = flag !== undefined || runtime.env['HOMEAUTH_CONFIG'];
    if (error instanceof Failure && error.code === 'config-missing' && !isNamed && !isHidden) return undefined;
    throw error;
  }
}

/** Nothing on this server points at an installation, and none was begun. @throws Failure as `alreadyHere` does */
export async function isBare(flag: string | undefined, runtime: Runtime): Promise<boolean> {
  if (await alreadyHere(flag, runtime)) return false;
  const { world, pointer } = runtime;
  const traces = await Promise.all([pointer, begun(pointer)].map((path) => world.files.stat(path)));
  return traces.every((trace) => trace === undefined);
}

function find(flag: string | undefined, { world, cwd, env, pointer }: Runtime, explain: Explain) {
  const places = { flag, variable: env['HOMEAUTH_CONFIG'], workingDirectory: cwd, pointer };
  return locate(places, trustedReader(world), explain);
}
