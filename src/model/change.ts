import type { Reason } from './reason.ts';
import type { Id } from './resource.ts';

/**
 * One step from what is to what is wanted.
 * `adjust` changes our own fields of a thing somebody else made, and letting go restores them;
 * `take` overwrites a whole thing that homeauth did not make; `keep` leaves the user's data behind;
 * `ask` is the user's to do; `later` cannot be judged until an earlier step lands.
 */
export type Op = 'create' | 'update' | 'adjust' | 'take' | 'remove' | 'release' | 'keep' | 'ask' | 'later';

export interface Change {
  readonly op: Op;
  readonly id: Id;
  readonly because: readonly Reason[];
}
