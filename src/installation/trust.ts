import { dirname, join } from 'node:path';
import type { Reader } from '../config/locate.ts';
import { Failure, type Issue } from '../model/failure.ts';
import { distrust } from '../model/trust.ts';
import type { World } from '../world/world.ts';
import type { Runtime } from './command-runtime.ts';
import { begun, type Installation } from './installation.ts';
import { secretFiles } from './secret-files.ts';

type Eyes = Pick<World, 'files' | 'host'>;

/**
 * To be called before what lies there is read: afterwards nobody but root can change it any more.
 * @throws Failure untrusted-path where somebody else than root, or than who runs homeauth, could replace it
 */
export async function assertTrusted(path: string, { files, host }: Eyes): Promise<void> {
  const refusal = distrust(path, await files.way(path), host.uid);
  if (refusal) throw new Failure(refusal);
}

/** Reads only what nobody else could have put there. */
export const trustedReader = (eyes: Eyes): Reader => ({
  async read(path) {
    await assertTrusted(path, eyes);
    return eyes.files.read(path);
  },
  isThere: async (path) => (await eyes.files.stat(path)) !== undefined,
});

/** Everything on disk that decides what homeauth does as root. @throws Failure untrusted-path */
export async function assertOwnTrusted({ source, config, layout, runtime, world }: Installation): Promise<void> {
  const { pointer } = runtime;
  for (const path of [source, layout.config, pointer, begun(pointer), ...secretFiles(layout, config)])
    await assertTrusted(path, world);
}

/**
 * A file that somebody named on the command line: theirs to choose where it is root's, or belongs to who called sudo.
 * @throws Failure untrusted-path
 */
export async function assertChosen(path: string, runtime: Pick<Runtime, 'world' | 'env'>): Promise<void> {
  const refusal = await othersMayChange(path, runtime);
  if (!refusal) return;
  throw new Failure({
    ...refusal,
    why: 'Whoever can replace that file would choose what is in it.',
    fix: `Look into it, copy it to where only root can write, and name that one:  install -m 600 ${path} /root/`,
  });
}

/** Who else than root, and than who called sudo, could replace what lies there; undefined where nobody could. */
export async function othersMayChange(
  path: string,
  { world: { files, host }, env }: Pick<Runtime, 'world' | 'env'>,
): Promise<Issue | undefined> {
  const caller = Number.parseInt(env['SUDO_UID'] ?? '', 10);
  return distrust(path, await files.way(path), host.uid, ...(host.uid === 0 && caller > 0 ? [caller] : []));
}

/**
 * What root is to run by itself: Node, homeauth's own file, and what lies in its package. A global installation of a
 * clone is a link into the clone, and the Node of a version manager lies in a home.
 * @throws Failure untrusted-path
 */
export async function assertProgram({ files, host }: Eyes): Promise<void> {
  const [, own] = host.program;
  const real = own && (await files.way(own)).at(-1)?.path;
  const whole = real === undefined ? [] : [dirname(dirname(real))];
  const inside = await Promise.all(
    whole.map(async (path) => ((await files.list(path)) ?? []).map((name) => join(path, name))),
  );
  for (const path of [...host.program, ...whole, ...inside.flat()]) {
    const refusal = distrust(path, await files.way(path), host.uid);
    if (!refusal) continue;
    throw new Failure({
      ...refusal,
      why: 'root would run it every night, so whoever can replace it would be root. Nothing was changed.',
      fix: [
        "Install it as root, with a Node that is root's too (one of your distribution, for example):",
        '  npm install -g homeauth',
        'or, from a clone:',
        '  npm ci && npm pack && sudo npm install -g ./homeauth-*.tgz',
        'Then run the command again.',
      ],
    });
  }
}
