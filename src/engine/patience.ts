import { inWords, type Reason } from '../model/reason.ts';
import type { Shown } from '../model/shown.ts';
import type { Clock } from '../world/world.ts';

/** How many times its usual patience a thing gets that goes on showing signs of life. */
const most = 3;

/** How long something has been waited for, and at most will be, in ms; what was new about it last. */
export interface Wait {
  readonly elapsed: number;
  readonly limit: number;
  readonly last: Shown;
}

/** Something about a thing that may be new, told apart by its key. */
export interface Sign {
  readonly key: string;
  readonly says: Shown;
}

/** What it waits for, and what it said last. */
export const signsOf = (because: readonly Reason[], line: string | undefined): readonly Sign[] => [
  { key: because.map(({ code, of }) => `${code} ${of}`).join('; '), says: inWords(because) },
  ...(line === undefined ? [] : [{ key: line, says: line }]),
];

/**
 * Waits that grow with signs of life. What was not heard before, such as the next migration or the next object that is
 * there, gives a thing its `usual` patience anew; an error that is logged over and over does not.
 */
export function patience(clock: Clock): (id: string, usual: number, signs: readonly Sign[]) => Wait {
  const began = clock.now();
  const heard = new Map<string, { signs: Set<string>; at: number; last: Shown }>();
  return (id, usual, signs) => {
    const elapsed = clock.now() - began;
    const known = heard.get(id) ?? { signs: new Set(), at: 0, last: '' };
    heard.set(id, known);
    for (const { key, says } of signs) {
      if (known.signs.has(key)) continue;
      if (known.signs.size > 0) known.at = elapsed;
      known.signs.add(key);
      known.last = says;
    }
    return { elapsed, limit: Math.min(known.at + usual, most * usual), last: known.last };
  };
}
