import { wallClock } from '../fakes/clock.ts';
import type { Seen } from '../standin/options.ts';
import { bareCalls } from './bare.ts';
import { bareMachine } from './machine.ts';
import { serverTime } from './server-time.ts';

export interface Ratios {
  /** What homeauth takes over what the bare calls take, to make so many apps and to remove them. */
  readonly objects: number;
  readonly removal: number;
}

/** So many times as fast as a real server, or it would take minutes. */
const faster = 3;

/** Both on one machine, one after the other. */
export async function ratios(apps = 30): Promise<Ratios> {
  let isSlow = false;
  const cost = serverTime(faster);
  const machine = await bareMachine((request) => (isSlow ? cost(request) : 0), wallClock());
  try {
    const names = Array.from({ length: apps }, (_, n) => `bare${n}`);
    const bare = await bareCalls(machine);
    isSlow = true;
    let made = new Map<string, string | number>();
    const making = await timed(async () => {
      made = await bare.make(names);
    });
    const removing = await timed(() => bare.remove(made));
    await machine.want(apps);
    const objects = span(await machine.requestsOf('apply'));
    await machine.want(0);
    const removal = span(await machine.requestsOf('apply'));
    return { objects: objects / making, removal: removal / removing };
  } finally {
    await machine.close();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** From the first call of the API to the last, looks included; a proof asks as a browser does, and is not in it. */
function span(requests: readonly Seen[]): number {
  const calls = requests.filter(({ path }) => path.startsWith('/api/v3/') && !path.includes('/flows/executor/'));
  const ends = calls.map(({ at, until = at }) => until);
  return Math.max(...ends) - Math.min(...calls.map(({ at }) => at));
}
