import type { Seen } from '../standin/options.ts';

/** How many of these requests followed one another at most, each begun after the one before was answered. */
export function longestChain(requests: readonly Seen[]): number {
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
