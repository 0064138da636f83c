import type { Collection } from './schema.ts';
import { pages, rows, type Shape, type Sort } from './shapes.ts';

const tests: Readonly<Record<Sort, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  address: (value) => typeof value === 'string' && URL.canParse(value),
  number: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** What is not as it should be in rows of a collection: the first such field, or a row that is none. */
export function misfit(collection: Collection, found: readonly unknown[]): string | undefined {
  return misfitOf([rows[collection] ?? rows.others], found, 'its list');
}

/** The same for any other page. */
export function misfitPage(path: string, found: unknown): string | undefined {
  const page = pages.find(({ at }) => at.test(path));
  return page && misfitOf(page.shape, found, 'its answer');
}

function misfitOf(shape: Shape, found: unknown, name: string): string | undefined {
  if (typeof shape === 'string') {
    const mayLack = shape.endsWith('?') && (found === null || found === undefined);
    return mayLack || tests[shape.replace('?', '') as Sort](found) ? undefined : name;
  }
  if ('maybe' in shape) return found === null || found === undefined ? undefined : misfitOf(shape.maybe, found, name);
  if (Array.isArray(shape)) {
    if (!tests.list(found)) return name;
    return first(found as readonly unknown[], (one) => misfitOf(shape[0], one, `a row of ${name}`));
  }
  if (!tests.map(found)) return name;
  const fields = found as Readonly<Record<string, unknown>>;
  return first(Object.entries(shape), ([field, inner]) => misfitOf(inner as Shape, fields[field], `"${field}"`));
}

function first<T>(all: readonly T[], wrong: (one: T) => string | undefined): string | undefined {
  for (const one of all) {
    const found = wrong(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
