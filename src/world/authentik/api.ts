import type { Failure } from '../../model/failure.ts';
import type { Reason } from '../../model/reason.ts';
import type { Collection, Create, Row, Update } from './schema.ts';

/**
 * Why the API cannot be used yet, with what its container said last, or that it can. `refused` never comes right by
 * itself.
 */
export type Reach =
  | { readonly is: 'ready' }
  | {
      readonly is: 'starting';
      readonly because: Reason;
      readonly line?: string;
      /** It answers with errors of its own; `failure` says why, where that is known. */
      readonly crashed?: true;
      readonly failure?: Failure;
    }
  | { readonly is: 'refused'; readonly because: Reason; readonly failure: Failure };

/**
 * `fresh`: read anew. `known`: as it was last read, with what this process has made since; enough to name a row by its
 * id, and not to judge how things stand.
 */
export type How = 'fresh' | 'known';

/** authentik's REST API, with homeauth's own token, or with the bootstrap token while there is no other. */
export interface Authentik {
  /** Whether it answers and accepts a token. A `starting` comes right by itself; a `ready` is believed for some seconds. */
  reach(how?: 'fresh'): Promise<Reach>;
  /** Whether the saved token of homeauth's own opens the API. */
  ownTokenWorks(): Promise<boolean>;
  /** First-run setup: `open` means that whoever reaches the server may take it. */
  setup(): Promise<'open' | 'closed' | 'unknown'>;
  /**
   * All pages of a collection. Shared for some seconds by all who ask, until somebody touches that collection.
   */
  list<C extends Collection>(collection: C, how?: How): Promise<readonly Row<C>[]>;
  create<C extends Collection>(collection: C, body: Create<C>): Promise<Row<C>>;
  update<C extends Collection>(collection: C, id: string | number, body: Update<C>): Promise<Row<C>>;
  remove(collection: Collection, id: string | number): Promise<void>;
  /** One row, or a page that is not a collection (admin/settings, admin/version), always read anew. */
  get<T>(path: string, query?: Readonly<Record<string, string | number>>): Promise<T>;
  /**
   * Any other request that changes something: an action of a row, or a singleton. Drops what was read of `touches`.
   * A Secret in `body` is revealed on its way out.
   */
  call(method: 'POST' | 'PATCH' | 'PUT', path: string, body: unknown, touches: readonly Collection[]): Promise<unknown>;
  /** Puts a picture into its storage, under a name that is not taken there; from 2025.12 on. */
  upload(name: string, picture: Uint8Array): Promise<void>;
  /** Gives the token of this identifier the key that is on disk as homeauth's own; its former key dies at once. */
  installOwnKey(identifier: string): Promise<void>;
}
