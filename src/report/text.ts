import { stripVTControlCharacters } from 'node:util';
import measure from 'fast-string-truncated-width';
import { steering } from '../model/control-characters.ts';

/** Signs that homeauth's own sentences use, for a terminal that cannot show them. */
const ascii: Readonly<Record<string, string>> = {
  '•': '*',
  '…': '...',
  '→': '->',
  '←': '<-',
  '│': '|',
  '·': '-',
  '–': '-',
  '—': '-',
  '×': 'x',
  '≥': '>=',
  '≤': '<=',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
};

/** Fit to be shown: no escape sequences or control characters (logs are full of them), and no signs that are not there. */
export function legible(text: string, unicode: boolean): string {
  // A Secret that got here in spite of its type becomes dots.
  const plain = stripVTControlCharacters(String(text)).replaceAll('\t', '    ').replace(steering, '');
  return unicode ? plain : plain.replace(/[•…→←│·–—×≥≤“”‘’]/g, (sign) => ascii[sign] ?? sign);
}

/** Columns that a text takes: wide characters take two, colours none. */
export const width = (text: string): number => measure(text).width;

/** At most so many columns of a text, with an ellipsis where something is left out. */
export function cut(text: string, columns: number, ellipsis: string): string {
  const { index, ellipsed } = measure(text, { limit: columns, ellipsis });
  return text.slice(0, index) + (ellipsed ? ellipsis : '');
}
