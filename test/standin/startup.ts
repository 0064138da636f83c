import { setTimeout as sleep } from 'node:timers/promises';
import { firstState } from './seed.ts';
import type { Store } from './store.ts';

/** Runs the migrations as server and worker both do: long on an empty database, a seventh of that later. */
export async function migrate(store: Store, duration: number, signal: AbortSignal): Promise<void> {
  const there = await store.read();
  await sleep(there ? duration / 7 : duration, undefined, { signal });
  await store.change((state) => ({ state: state ?? firstState(), result: undefined }));
}

/** A log line as authentik writes them. */
export const logLine = (logger: string, level: string, event: string, extra: object = {}): string =>
  JSON.stringify({ event, level, logger, timestamp: new Date().toISOString(), ...extra });
