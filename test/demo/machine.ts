import type { Runtime } from '../../src/installation/command-runtime.ts';
import type { Owner } from '../../src/model/resource.ts';

/** What a demonstration runs on. */
export interface Machine extends Pick<Runtime, 'world' | 'connect'> {
  /** In a sentence: what is real here, and what stands in for something. */
  readonly about: string;
  /** What the person at the keys is told to type, and homeauth is told, as the domain. */
  readonly domain: string;
  /** Requests that authentik has had so far, by method; undefined where nobody counts them. */
  requests?(): readonly { readonly method: string }[];
  /** Whose a path ought to be, where the system would not have it. */
  noted?(path: string): Owner | undefined;
  /** Ends everything that runs. */
  close(): Promise<void>;
}
