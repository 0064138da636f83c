import { join } from 'node:path';
import { execa } from 'execa';
import { containerNames } from '../../e2e/main-job/look.ts';
import type { Place } from '../../e2e/main-job/place.ts';

const word = '/etc/homeauth';

/** A copy of an installation, to have it back after an uninstall without making it all again. */
export interface Keepsake {
  readonly isKept: boolean;
  keep(): Promise<void>;
  /** Where nothing is: the same files, and the containers that the real Compose makes of them. */
  restore(): Promise<void>;
}

export function keepsakeOf({ engine, around, base }: Place): Keepsake {
  const kept = join(around, 'kept');
  const copy = (from: string, to: string) => execa('cp', ['--archive', '--no-target-directory', from, to]);
  let isKept = false;
  return {
    get isKept() {
      return isKept;
    },
    async keep() {
      const names = await containerNames(engine);
      // A database that is written to cannot be copied.
      await engine.docker(['stop', ...names]);
      await copy(base, kept);
      await copy(word, `${kept}-word`);
      await engine.docker(['start', ...names]);
      isKept = true;
    },
    async restore() {
      await copy(kept, base);
      await copy(`${kept}-word`, word);
      // In this order: one makes the network that the other calls external. None waits for the health of another.
      for (const project of ['caddy', 'authentik']) await engine.compose(['create'], { cwd: join(base, project) });
      await engine.docker(['start', ...(await containerNames(engine))]);
    },
  };
}
