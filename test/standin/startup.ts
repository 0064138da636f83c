import type { Era } from './era.ts';
import { firstState } from './seed.ts';
import type { Store } from './store.ts';

/**
 * Runs the migrations as server and worker both do: long on an empty database, a seventh of that later. Each release that
 * was here leaves one row, at its first start.
 */
export async function migrate(
  store: Store,
  duration: number,
  sleep: (ms: number) => Promise<void>,
  era: Era,
): Promise<void> {
  const there = await store.read();
  await sleep(there ? duration / 7 : duration);
  await store.change((there) => {
    const state = there ?? firstState();
    if (era.keepsHistory && !state.history.includes(era.version)) state.history.push(era.version);
    return { state, result: undefined };
  });
}

/** A log line as authentik writes them. */
export const logLine = (logger: string, level: string, event: string, extra: object = {}): string =>
  JSON.stringify({ event, level, logger, timestamp: new Date().toISOString(), ...extra });
