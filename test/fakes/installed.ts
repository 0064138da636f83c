import { join } from 'node:path/posix';
import type { Files } from '../../src/world/world.ts';
import { homeauthIn, initFlags } from './homeauth.ts';
import { type FakeOptions, type FakeWorld, fakeWorld } from './world.ts';

/** A machine on which `init` ran, and `add-app` for each of these. */
export async function installed(apps: readonly string[] = [], options: FakeOptions = {}): Promise<FakeWorld> {
  const fake = fakeWorld(options);
  const homeauth = homeauthIn(fake);
  const runs = [await homeauth('init', [], initFlags)];
  for (const app of apps)
    runs.push(await homeauth('add-app', [app], app === 'whoami' ? {} : { upstream: `${app}:80` }));
  const failed = runs.find(({ failure }) => failure);
  if (failed) throw failed.failure;
  return fake;
}

/** Where things lie on it. */
export const at = (path: string): string => join('/srv/docker/authentik', path);

/** Its owner writes into homeauth.yaml. */
export async function changeConfig(files: Files, change: (text: string) => string): Promise<void> {
  await files.write(at('homeauth.yaml'), change((await files.read(at('homeauth.yaml'))) ?? ''), 0o644);
}
