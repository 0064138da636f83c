import pMap from 'p-map';
import { insteadOf } from '../../model/failure.ts';
import * as trouble from './trouble.ts';

interface Page {
  readonly pagination: { readonly next: number; readonly total_pages: number };
  readonly results: readonly object[];
}

/** The most that authentik gives at once from 2025.12 on; more is cut in silence. */
const pageSize = 100;
/** How often a list is read whose pages do not fit together, because it changed in between. */
const attempts = 3;
/** Pages at once. */
const side = 4;
/** More pages than any home has: what says so is not authentik. */
const most = 1000;

/**
 * All rows of a list. `pagination.count` is not believed (it counts rows that are then filtered away); that the last
 * page says so, and that no row came twice, is what tells that the list is whole. Source: recordings 02 and 03.
 */
export async function wholeList(read: (path: string) => Promise<unknown>, path: string): Promise<readonly object[]> {
  const page = async (n: number): Promise<Page> => {
    // An ordering that a list does not know is ignored; where it is known, pages cannot overlap.
    const found = (await read(`${path}${path.includes('?') ? '&' : '?'}ordering=pk&page=${n}&page_size=${pageSize}`)) as
      | Page
      | undefined;
    const pages = found?.pagination?.total_pages;
    const isPage = Array.isArray(found?.results) && Number.isInteger(pages) && Number(pages) <= most;
    if (!found || !isPage) throw trouble.misshapen('GET', path, 'a list');
    return found;
  };
  for (let n = 1; n <= attempts; n++) {
    const pages = await allPages(page).catch(insteadOf('authentik-not-found', undefined));
    const rows = pages?.flatMap(({ results }) => results) ?? [];
    if (pages?.at(-1)?.pagination.next === 0 && new Set(rows.map(keyOf)).size === rows.length) return rows;
  }
  throw trouble.pagesMove(path);
}

async function allPages(page: (n: number) => Promise<Page>): Promise<Page[]> {
  const first = await page(1);
  const numbers = Array.from({ length: first.pagination.total_pages - 1 }, (_, i) => i + 2);
  return [first, ...(await pMap(numbers, page, { concurrency: side }))];
}

const keyOf = (row: { pk?: unknown; brand_uuid?: unknown; uuid?: unknown } | null): unknown =>
  row?.pk ?? row?.brand_uuid ?? row?.uuid;
