import type { ContainerState } from './container.ts';
import type { Issue } from './failure.ts';

/** What `homeauth status` tells. */
export interface Status {
  /** Every container of the stack runs, none is ill, nothing is known that keeps authentik from answering, and the first run was finished. */
  readonly running: boolean;
  /** The first run was interrupted. */
  readonly unfinished?: true;
  readonly login: string;
  readonly release: string;
  readonly config: string;
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly state: ContainerState | 'missing';
    readonly health: string;
    readonly startedAt?: string;
  }[];
  /** What the containers are made from: the name, and the digest that it is held to, where its registry told one. */
  readonly images: readonly { readonly reference: string; readonly digest?: string }[];
  /** What is behind it that authentik is not well, where that is known. */
  readonly trouble?: Pick<Issue, 'code' | 'problem' | 'fix'>;
  readonly apps: readonly {
    readonly name: string;
    readonly url: string;
    readonly mode: 'app' | 'domain';
    /** As homeauth.yaml says it. */
    readonly login: string;
    readonly upstream?: string;
    readonly group?: string;
    /** homeauth.yaml has it, and no run has begun to make it. */
    readonly notMade?: true;
  }[];
}
