import { createHash } from 'node:crypto';
import type { Overview } from '../model/overview.ts';
import { textOf } from '../model/shown.ts';
import { headline, linesOver, sectionsOf } from './overview.ts';
import { legible } from './text.ts';

/** Fills one template in, writing each value through `quote`. */
type Fill = (data: object, quote: (value: string | number | boolean) => string) => string;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A value as text of HTML, or of an attribute in quotes: whatever stands in a name stays a name. */
const escaped = (value: string | number | boolean): string =>
  legible(String(value), true).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);

/** What the page begins with: only such a file is written over. */
export const pageMark = '<!-- Made by homeauth report -->';

/**
 * The report as one page of HTML: no script, nothing from elsewhere, and no styles but its own, which its policy names by
 * their hash.
 */
export function overviewPage(overview: Overview, fill: { readonly page: Fill; readonly style: Fill }): string {
  const css = fill.style({}, escaped);
  const hash = createHash('sha256').update(css).digest('base64');
  const lines = linesOver(overview);
  const sections = sectionsOf(overview).map(({ title, notes, head, rows }) => ({
    title,
    notes,
    head,
    hasRows: rows.length > 0,
    // On a phone each cell says what it is.
    rows: rows.map((row) => ({ cells: row.map((text, n) => ({ label: head[n] ?? '', text: textOf(text) })) })),
  }));
  return fill.page(
    {
      mark: pageMark,
      policy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
      css,
      title: headline(overview),
      sections,
      lines,
    },
    escaped,
  );
}
