import type { Seen } from '../standin/options.ts';
import { bareMachine, type Machine } from './machine.ts';

export interface Calls {
  /** Requests of a `plan` that remembers nothing, and how many of them are lists. */
  readonly plan: number;
  readonly lists: number;
  /** Requests other than GET of the `apply` that made all apps. */
  readonly apply: number;
  /** Those among them that change the outpost. */
  readonly outpost: number;
  /** Requests other than GET of the `apply` after it. */
  readonly again: number;
  /** Requests of the `apply` that removed all apps, and how many of them had to wait for one another. */
  readonly remove: number;
  readonly removeChain: number;
}

/** How often authentik is asked for so many apps. `use` gets the machine before it is taken down. */
export async function countCalls(apps: number, use?: (machine: Machine) => Promise<void>): Promise<Calls> {
  // What is answered at once does not show what waited for what.
  let answerTakes = 0;
  const machine = await bareMachine(() => answerTakes);
  try {
    await machine.want(apps);
    const made = changing(await machine.requestsOf('apply'));
    const again = changing(await machine.requestsOf('apply'));
    const plan = await machine.requestsOf('plan');
    await use?.(machine);
    await machine.want(0);
    answerTakes = 4;
    const removed = (await machine.requestsOf('apply')).filter(({ path }) => path.startsWith('/api/v3/'));
    return {
      plan: plan.length,
      lists: plan.filter(({ path }) => path.includes('page_size=')).length,
      apply: made.length,
      outpost: made.filter(({ path }) => path.includes('/outposts/')).length,
      again: again.length,
      remove: removed.length,
      removeChain: longestChain(removed),
    };
  } finally {
    await machine.close();
  }
}

const changing = <R extends { readonly method: string }>(requests: readonly R[]): R[] =>
  requests.filter(({ method }) => method !== 'GET');

/** How many of these requests followed one another at most, each begun after the one before was answered. */
function longestChain(requests: readonly Seen[]): number {
  const answered = requests.map(({ at, until = at }) => ({ at, until }));
  let length = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { at, until } of answered.toSorted((a, b) => a.until - b.until)) {
    if (at <= end) continue;
    length += 1;
    end = until;
  }
  return length;
}
