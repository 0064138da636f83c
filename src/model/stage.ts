import type { Resource } from './resource.ts';

/** A step of the whole job: resources that do not depend on each other. Pure; `facts` are taken anew before each. */
export interface Stage<F> {
  readonly title: string;
  want(facts: F): readonly Resource[];
}
