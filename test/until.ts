import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for what happens in its own time; the limit is for what hangs alone. */
export async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(5)) {
    const found = await what().catch(() => undefined);
    if (found) return found;
  }
  throw new Error('waited in vain');
}
