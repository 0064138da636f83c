import type { Clock } from '../world.ts';
import type { How } from './api.ts';
import type { Collection } from './schema.ts';

type Rows = readonly object[];

interface Book {
  readonly rows: Promise<Rows>;
  /** What was made since it was read. */
  readonly made: object[];
  /** When it was read to its end. */
  since?: number;
  /** Something was done to that collection since: it tells ids, and no longer how things stand. */
  isPast?: true;
}

/** Lists that were read, for all who ask within some seconds. */
export interface ListCache {
  get(collection: Collection, how: How | undefined): Promise<Rows>;
  /** A row was made. */
  add(collection: Collection, row: object): void;
  /** Something else was done, or may have been. */
  drop(collections: readonly Collection[]): void;
}

/** In ms. Longer than a look at everything takes, shorter than a person needs to say yes to a plan. */
const goodFor = 10_000;

/** What else changes when a row of a collection is deleted. Source: recording 03. */
export const dependants: Readonly<Partial<Record<Collection, readonly Collection[]>>> = {
  'core/users': ['core/groups', 'core/tokens', 'core/authenticated_sessions', 'policies/bindings'],
  'core/groups': ['core/users', 'policies/bindings'],
  'core/applications': ['policies/bindings', 'providers/proxy', 'providers/oauth2'],
  'providers/oauth2': ['core/applications'],
  'propertymappings/provider/scope': ['providers/oauth2', 'providers/proxy'],
  'providers/proxy': ['core/applications', 'outposts/instances'],
  'flows/instances': [
    'providers/proxy',
    'providers/oauth2',
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
  'policies/reputation': ['policies/bindings'],
};

/** Below stages/ and policies/, and neither. */
const others: readonly Collection[] = [
  'stages/prompt/prompts',
  'stages/invitation/invitations',
  'policies/bindings',
  'policies/reputation/scores',
];

/** Every stage and every policy stands in two lists. */
function homes(collection: Collection): readonly Collection[] {
  if (others.includes(collection)) return [collection];
  if (collection.startsWith('stages/')) return [collection, 'stages/all'];
  return collection.startsWith('policies/') ? [collection, 'policies/all'] : [collection];
}

/** And bindings show a stage. */
function shownIn(collection: Collection): readonly Collection[] {
  const all = homes(collection);
  return all.includes('stages/all') ? [...all, 'flows/bindings'] : all;
}

export function listCache(read: (collection: Collection) => Promise<Rows>, clock: Clock): ListCache {
  const books = new Map<Collection, Book>();
  const drop = (collections: readonly Collection[]): void => {
    for (const one of collections.flatMap(shownIn)) {
      const book = books.get(one);
      if (book) book.isPast = true;
    }
  };
  return {
    async get(collection, how) {
      const kept = books.get(collection);
      if (kept && how === 'known') return [...(await kept.rows), ...kept.made];
      const isRead = kept?.since !== undefined;
      const isOld = isRead && (how === 'fresh' || clock.now() - (kept.since ?? 0) >= goodFor);
      if (kept && !kept.isPast && !isOld) return kept.rows;
      const book: Book = { rows: read(collection), made: [] };
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
    add(collection, row) {
      for (const one of homes(collection)) books.get(one)?.made.push(row);
      drop([collection]);
    },
    drop,
  };
}
