import type { Collection, Collections, Create, Row, Update } from './schema.ts';

/** Why the API cannot be used yet, or that it can. */
export type Reach =
  | { readonly is: 'ready' }
  | { readonly is: 'starting'; readonly because: string }
  | { readonly is: 'refused'; readonly because: string };

/** authentik's REST API, with homeauth's own token, or with the bootstrap token while there is no other. */
export interface Authentik {
  /** Whether it answers and accepts a token. A `starting` comes right by itself. */
  reach(): Promise<Reach>;
  /** Whether the saved token of homeauth's own opens the API. */
  ownTokenWorks(): Promise<boolean>;
  /** First-run setup: `open` means that whoever reaches the server may take it. */
  setup(): Promise<'open' | 'closed' | 'unknown'>;
  /** All pages of a collection. Shared by all who ask, until somebody touches that collection. */
  list<C extends Collection>(collection: C): Promise<readonly Row<C>[]>;
  create<C extends Collection>(collection: C, body: Create<C>): Promise<Row<C>>;
  update<C extends Collection>(collection: C, id: string | number, body: Update<C>): Promise<Row<C>>;
  remove(collection: Collection, id: string | number): Promise<void>;
  /** A page that is not a collection: admin/settings, admin/system, admin/version. */
  get<T>(path: string): Promise<T>;
  /** Any other request that changes something: an action of a row, or a singleton. Drops what was read of `touches`. */
  call(method: 'POST' | 'PATCH' | 'PUT', path: string, body: unknown, touches: readonly Collection[]): Promise<unknown>;
}

export type { Collection, Collections };
