import type { Shown } from '../model/shown.ts';
import { below, paragraph, wrap } from './layout.ts';
import type { Style } from './style.ts';
import { width } from './text.ts';

/** Rows below their headings; where they do not fit side by side, or a cell has several lines, each row by itself. */
export function table(head: readonly string[], rows: readonly (readonly Shown[])[], style: Style): string {
  const all = [head, ...rows].map((row) => row.map((cell) => style.text(cell)));
  const columns = head.map((_, n) => Math.max(...all.map((row) => width(row[n] ?? ''))));
  const whole = columns.reduce((sum, column) => sum + column + 2, -2);
  if (whole > style.room || all.flat().some((cell) => cell.includes('\n')))
    return all
      .slice(1)
      .flatMap((row) => alone(head, row, style))
      .join('\n');
  return all
    .map((row, n) => {
      const line = row
        .map((cell, at) => cell + ' '.repeat((columns[at] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd();
      return n === 0 ? style.colour.dim(line) : line;
    })
    .join('\n');
}

function alone([, ...head]: readonly string[], [first = '', ...rest]: readonly string[], style: Style): string[] {
  const words = rest.map((cell, n) => `${(head[n] ?? '').toLowerCase()}: ${cell}`);
  // A single cell can be sentences, with commands in them, which stay whole.
  const lines =
    rest.length === 1 ? paragraph(`${head[0]}: ${rest[0]}`, style.room - 2) : wrap(words.join(' · '), style.room - 2);
  return [...wrap(first, style.room).map(style.colour.bold), ...below(lines, 2)];
}

/** Pairs of a word and what it stands for, one below the other. */
export function pairs(all: readonly (readonly [string, Shown])[], style: Style): string {
  const column = Math.max(...all.map(([name]) => width(name))) + 2;
  return all
    .flatMap(([name, value]) => {
      const [first = '', ...more] = wrap(style.text(value), style.room - column);
      return [style.colour.dim(name) + ' '.repeat(column - width(name)) + first, ...below(more, column)];
    })
    .join('\n');
}
