import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './world.ts';

/** Counts from 1970, and goes on evenly when the system's time is set. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  async sleep(ms) {
    await sleep(ms);
  },
};
