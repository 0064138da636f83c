import { rm } from 'node:fs/promises';
import type { Place } from '../../e2e/main-job/place.ts';
import { keepsakeOf } from './keepsake.ts';
import type { Orders } from './process.ts';
import { startProcess } from './start.ts';

export type Command = Omit<Orders, 'log' | 'kill'>;

/**
 * `mended`: with an app, and by hand something was changed that stays. `to lose`: with an app, and its containers made by
 * Compose from files that were kept, because it goes anyway.
 */
export type State = 'nothing' | 'installed' | 'with an app' | 'mended' | 'to lose';

/** The one installation on the Engine. */
export interface Ground {
  /** Takes it into a state by the shortest way from where it is. */
  become(state: State): Promise<void>;
  /** Tells where a command left it; undefined where that is not sure, and then all of it is made anew. */
  left(state: State | undefined): void;
}

interface Ways {
  readonly init: Command;
  readonly addApp: Command;
  readonly removeApp: Command;
}

export function groundOf(place: Place, { init, addApp, removeApp }: Ways): Ground {
  const keepsake = keepsakeOf(place);
  let now: State | undefined;
  const ways: Readonly<Record<State, () => Promise<void>>> = {
    nothing: () => clear(place),
    async installed() {
      if (now === 'with an app') return must(removeApp);
      await clear(place);
      await must(init);
    },
    async 'with an app'() {
      await become('installed');
      await must(addApp);
    },
    mended: () => become('with an app'),
    async 'to lose'() {
      if (keepsake.isKept) {
        await clear(place);
        return keepsake.restore();
      }
      await become('with an app');
      await keepsake.keep();
    },
  };
  async function become(state: State): Promise<void> {
    if (now === state) return;
    await ways[state]();
    now = state;
  }
  return {
    become,
    left(state) {
      now = state;
    },
  };
}

async function must(command: Command): Promise<void> {
  const { code, err } = await startProcess(command);
  if (code !== 0) throw new Error(`${command.command} ended with ${code}: ${err}`);
}

async function clear({ engine, base }: Place): Promise<void> {
  await engine.remove({ prefix: '' });
  for (const path of [base, '/etc/homeauth', '/etc/homeauth.begun']) await rm(path, { recursive: true, force: true });
}
