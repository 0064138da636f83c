import type { Call } from '../http/call.ts';
import { json, type Reply, refuse } from '../http/reply.ts';
import type { State } from '../state.ts';

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

export const isUuid = (value: string): boolean => UUID.test(value);

/** How one query parameter narrows a list. A bad boolean or number is ignored, a bad uuid refused. */
interface Filter<T> {
  kind: 'exact' | 'iexact' | 'contains' | 'bool' | 'int' | 'uuid';
  of: (row: T, state: State) => unknown;
}

/** Query parameters that are called like the fields that they look at. */
export const by = <K extends string>(kind: Filter<never>['kind'], ...names: readonly K[]) =>
  Object.fromEntries(names.map((name) => [name, { kind, of: (row: Record<K, unknown>) => row[name] }]));

/** Columns to order by that are called like the fields; those without a value come first. */
export const columns = <K extends string>(...names: readonly K[]) =>
  Object.fromEntries(names.map((name) => [name, (row: Record<K, string | number | null>) => row[name] ?? '']));

export interface Listing<T> {
  rows: readonly T[];
  show: (row: T) => unknown;
  filters?: Record<string, Filter<T>>;
  /** Texts that `search` looks in. */
  search?: (row: T, state: State) => readonly string[];
  /** Columns that `ordering` knows; the first one is the default order. */
  order: Record<string, (row: T, state: State) => string | number>;
  autocomplete?: unknown;
  /** Rows taken away after counting, as the policy filter of applications does. */
  visible?: (row: T) => boolean;
}

/** Answers a list request: filter, order, page. Unknown filters and orderings are ignored without a word. */
export function list<T>(call: Call, listing: Listing<T>): Reply {
  const rows = sorted(call, listing, filtered(call, listing));
  const size = pageSize(call);
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const wanted = call.query.get('page') ?? '1';
  const current = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (current < 1 || current > pages) refuse(404, { detail: 'Invalid page.' });
  const start = (current - 1) * size;
  const page = rows.slice(start, start + size);
  return json(200, {
    pagination: {
      next: current < pages ? current + 1 : 0,
      previous: current > 1 ? current - 1 : 0,
      count: rows.length,
      current,
      total_pages: pages,
      start_index: rows.length === 0 ? 0 : start + 1,
      end_index: start + page.length,
    },
    results: page.filter(listing.visible ?? (() => true)).map(listing.show),
    autocomplete: listing.autocomplete ?? {},
  });
}

/** 0 and nonsense mean the default; more than the maximum is cut to it in silence. */
function pageSize(call: Call): number {
  const { pageDefault, pageMax } = call.site.era;
  const wanted = Number(call.query.get('page_size') ?? 0);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, pageMax) : pageDefault;
}

function filtered<T>(call: Call, { rows, filters = {}, search }: Listing<T>): T[] {
  let kept = [...rows];
  for (const [name, filter] of Object.entries(filters)) {
    const values = call.query.getAll(name).filter((value) => value !== '');
    if (values.length > 0) kept = narrow(kept, name, filter, values, call.state);
  }
  const words = call.query.get('search')?.toLowerCase();
  if (words && search)
    kept = kept.filter((row) => search(row, call.state).some((text) => text.toLowerCase().includes(words)));
  return kept;
}

function narrow<T>(rows: T[], name: string, filter: Filter<T>, values: readonly string[], state: State): T[] {
  const of = (row: T): unknown => filter.of(row, state);
  const last = values.at(-1) ?? '';
  switch (filter.kind) {
    case 'bool': {
      if (!/^(true|false)$/i.test(last)) return rows;
      return rows.filter((row) => of(row) === (last.toLowerCase() === 'true'));
    }
    case 'int':
      return /^\d+$/.test(last) ? rows.filter((row) => of(row) === Number(last)) : rows;
    case 'uuid': {
      if (!isUuid(last)) refuse(400, { [name]: [`“${last}” is not a valid UUID.`] });
      return rows.filter((row) => of(row) === last.toLowerCase());
    }
    case 'iexact':
      return rows.filter((row) => String(of(row) ?? '').toLowerCase() === last.toLowerCase());
    case 'contains':
      return rows.filter((row) => values.every((value) => (of(row) as readonly unknown[]).includes(value)));
    case 'exact':
      return rows.filter((row) => values.includes(String(of(row) ?? '')));
  }
}

function sorted<T>(call: Call, { order }: Listing<T>, rows: T[]): T[] {
  const wanted = call.query.get('ordering') ?? '';
  const known = order[wanted.replace(/^-/, '')];
  const column = known ?? Object.values(order)[0];
  if (!column) return rows;
  const sign = known && wanted.startsWith('-') ? -1 : 1;
  return rows.sort((a, b) => sign * compare(column(a, call.state), column(b, call.state)));
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
