import type { Issue } from './failure.ts';

/** What is to be told of a run: what has gone wrong since the last one that was told, and what is fine again. */
export interface Notice {
  /** This server's name. */
  readonly host: string;
  /** The run, as it is typed: `homeauth doctor`. */
  readonly command: string;
  readonly wrong: readonly (Issue & { readonly subject?: string })[];
  /** Sentences that are true again. */
  readonly fine: readonly string[];
}
