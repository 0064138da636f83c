import type { Clock } from '../world.ts';
import type { Collection } from './schema.ts';

type Rows = readonly object[];

interface Book {
  readonly rows: Promise<Rows>;
  /** When it was read to its end. */
  since?: number;
}

/** Lists that were read, for all who ask within some seconds. */
export interface Shelf {
  get(collection: Collection, fresh: boolean): Promise<Rows>;
  drop(collections: readonly Collection[]): void;
}

/** In ms. Longer than a look at everything takes, shorter than a person needs to say yes to a plan. */
const goodFor = 10_000;

/** What else changes when a row of a collection is deleted. Source: recording 03. */
export const dependants: Readonly<Partial<Record<Collection, readonly Collection[]>>> = {
  'core/users': ['core/groups', 'core/tokens', 'core/authenticated_sessions', 'policies/bindings'],
  'core/groups': ['core/users', 'policies/bindings'],
  'core/applications': ['policies/bindings', 'providers/proxy'],
  'providers/proxy': ['core/applications', 'outposts/instances'],
  'flows/instances': [
    'providers/proxy',
    'core/applications',
    'outposts/instances',
    'core/brands',
    'flows/bindings',
    'policies/bindings',
    'stages/identification',
    'stages/invitation/invitations',
  ],
  'flows/bindings': ['policies/bindings'],
  'policies/expression': ['policies/bindings'],
};

/** Every stage stands in two lists. */
const twins = (collection: Collection): readonly Collection[] =>
  collection.startsWith('stages/') ? ['stages/all', 'flows/bindings'] : [];

export function shelf(read: (collection: Collection) => Promise<Rows>, clock: Clock): Shelf {
  const books = new Map<Collection, Book>();
  return {
    get(collection, fresh) {
      const kept = books.get(collection);
      const good = kept && (kept.since === undefined || (!fresh && clock.now() - kept.since < goodFor));
      if (good) return kept.rows;
      const book: Book = { rows: read(collection) };
      books.set(collection, book);
      book.rows.then(
        () => {
          book.since = clock.now();
        },
        () => {
          if (books.get(collection) === book) books.delete(collection);
        },
      );
      return book.rows;
    },
    drop(collections) {
      for (const collection of collections) for (const one of [collection, ...twins(collection)]) books.delete(one);
    },
  };
}
