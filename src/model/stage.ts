import type { Resource } from './resource.ts';

/** A step of the whole job: resources that do not depend on each other. Pure; `facts` are taken anew before each. */
export interface Stage<F> {
  /** Stages that follow each other under one title are told as one. */
  readonly title: string;
  /** Told even when it found everything right, once this run has changed something: the reader waits for it. */
  readonly milestone?: true;
  want(facts: F): readonly Resource[];
}
