import pMap from 'p-map';
import type { Change } from '../model/change.ts';
import type { Reason } from '../model/reason.ts';
import type { Id, Resource } from '../model/resource.ts';
import type { Stage } from '../model/stage.ts';
import type { World } from '../world/world.ts';
import type { Kinds } from './kind.ts';
import type { LedgerStore } from './ledger.ts';

/** How often a touch is repeated whose outcome was not known and which turned out not to have happened. */
export const attempts = 3;

/** What a run tells while it works; who listens decides how to show it. */
export type Progress =
  | { readonly is: 'stage'; readonly title: string }
  | { readonly is: 'touching'; readonly change: Change }
  /** It was done, or may have been. */
  | { readonly is: 'touched'; readonly change: Change }
  | {
      readonly is: 'waiting';
      readonly id: Id;
      readonly because: readonly Reason[];
      readonly line?: string;
      readonly elapsed: number;
      readonly limit: number;
    }
  | { readonly is: 'done'; readonly change: Change; readonly elapsed: number }
  /** What went together: removed, given back, or kept after all. */
  | { readonly is: 'let-go'; readonly changes: readonly Change[] }
  | {
      readonly is: 'stage-done';
      readonly title: string;
      readonly changes: readonly Change[];
      readonly elapsed: number;
      /** Worth a line although nothing was wrong. */
      readonly milestone: boolean;
    };

/** A run under way. */
export interface Running<F> extends Run<F> {
  /** What is as it should be and gets ready while the run goes on. */
  readonly meanwhile: Map<Id, Resource>;
}

export interface Run<F> {
  readonly kinds: Kinds;
  readonly world: World;
  readonly ledger: LedgerStore;
  readonly stages: readonly Stage<F>[];
  /** Facts that decide what is wanted; taken anew before every stage, as long as something changes. */
  survey(): Promise<F>;
  /** The user's word for overwriting a thing that homeauth did not make. */
  mayTake(id: Id): boolean;
  /** These stages alone: what they do not want is left as it is. */
  readonly partial?: boolean;
  /** Data goes too. Only after the user typed its name. */
  readonly purge?: boolean;
  progress(event: Progress): void;
  /** Aborted: stop at the next safe point. */
  readonly signal: AbortSignal;
}

/** How many are under way at once: authentik on two cores gains nothing from more, and its database stays at ease. */
const width = 4;

/** Do all of it, some at once. After the first failure nothing more is begun, and what was begun comes to its end. */
export async function sideBySide<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  await pMap(
    all,
    async (one) => {
      if (failures.length > 0) return;
      await work(one).catch((error: unknown) => failures.push(error));
    },
    { concurrency: width },
  );
  if (failures.length > 0) throw failures[0];
}
