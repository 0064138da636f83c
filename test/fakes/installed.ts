import { join } from 'node:path/posix';
import type { Files } from '../../src/world/world.ts';
import { homeauthIn, initFlags } from './homeauth.ts';
import { copyOf, type FakeOptions, type FakeWorld, fakeWorld } from './world.ts';

const machines = new Map<string, Promise<FakeWorld>>();

/** Made once in a process, switched off, and copied for everybody who asks for it. */
export async function madeOnce(name: string, make: () => Promise<FakeWorld>): Promise<FakeWorld> {
  const made = machines.get(name) ?? switchedOff(make);
  machines.set(name, made);
  return copyOf(await made);
}

async function switchedOff(make: () => Promise<FakeWorld>): Promise<FakeWorld> {
  const fake = await make();
  await fake.close();
  return fake;
}

/** A machine on which `init` ran, and `add-app` for each of these. One with `options` is made anew. */
export async function installed(apps: readonly string[] = [], options?: FakeOptions): Promise<FakeWorld> {
  const make = async () => {
    const fake = options ? fakeWorld(options) : apps.length > 0 ? await installed() : fakeWorld();
    const homeauth = homeauthIn(fake);
    const runs = options || apps.length === 0 ? [await homeauth('init', [], initFlags)] : [];
    for (const app of apps)
      runs.push(await homeauth('add-app', [app], app === 'whoami' ? {} : { upstream: `${app}:80` }));
    const failed = runs.find(({ failure }) => failure);
    if (failed) throw failed.failure;
    return fake;
  };
  return options ? make() : madeOnce(`installed ${apps}`, make);
}

/** Where things lie on it. */
export const at = (path: string): string => join('/srv/docker/authentik', path);

/** Its owner writes into homeauth.yaml. */
export async function changeConfig(files: Files, change: (text: string) => string): Promise<void> {
  await files.write(at('homeauth.yaml'), change((await files.read(at('homeauth.yaml'))) ?? ''), 0o644);
}
