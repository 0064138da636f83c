import pMap from 'p-map';
import type { Trial } from './trial.ts';

export interface Tally {
  readonly tried: number;
  readonly good: number;
}

/** One of so many shares of all trials, so that each fits a job of a CI service. */
export interface Batch {
  readonly nth: number;
  readonly of: number;
}

export const shareOf = <T>(all: readonly T[], { nth, of }: Batch): T[] => all.filter((_, i) => i % of === nth - 1);

/** How long one trial may take, in ms: a hang is a failure like any other. */
const patience = 180_000;
/** How many are under way at once, unless they share something: they wait more than they work. */
const side = 6;

/** Carries out trials side by side, tells on stderr how far they are, and what went wrong in each that failed. */
export async function tallied<T>(
  what: string,
  all: readonly T[],
  carryOut: (one: T) => Promise<Trial>,
  concurrency = side,
): Promise<Tally> {
  let done = 0;
  let good = 0;
  let told = performance.now();
  await pMap(
    all,
    async (one) => {
      const { place, wrong } = await within(carryOut(one));
      done += 1;
      if (wrong.length === 0) good += 1;
      else process.stderr.write(`✗ ${place}\n${wrong.map((line) => `    ${line}\n`).join('')}`);
      if (performance.now() - told < 10_000 && done < all.length) return;
      told = performance.now();
      process.stderr.write(`· ${what}: ${done} of ${all.length}\n`);
    },
    { concurrency },
  );
  return { tried: all.length, good };
}

export const sum = (all: readonly Tally[]): Tally => ({
  tried: all.reduce((n, { tried }) => n + tried, 0),
  good: all.reduce((n, { good }) => n + good, 0),
});

/** A trial that throws is one that failed, and so is one that never ends. */
async function within(trial: Promise<Trial>): Promise<Trial> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Trial>((resolve) => {
    timer = setTimeout(() => resolve({ place: 'a trial', wrong: ['it hangs'] }), patience);
  });
  const thrown = trial.catch((error: Error) => ({ place: 'a trial', wrong: [`it throws ${error.stack}`] }));
  try {
    return await Promise.race([thrown, late]);
  } finally {
    clearTimeout(timer);
  }
}
