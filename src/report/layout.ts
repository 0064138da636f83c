import { wrapAnsi } from 'fast-wrap-ansi';
import type { Shown } from '../model/shown.ts';
import type { Style } from './style.ts';
import { width } from './text.ts';

/** Less than this beside a note is too narrow to read. */
const narrow = 24;

/** Lines of at most so many columns. A word that is longer, such as a path, stays whole. */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => {
    const indent = /^ */.exec(line)?.[0] ?? '';
    const rows = wrapAnsi(line.slice(indent.length), Math.max(1, columns - indent.length)).split('\n');
    return rows.map((row) => (row === '' ? '' : indent + row));
  });
}

/**
 * A command, or a row of a table: begins in lower case or with a path, does not end as a sentence does, or a part of
 * one, and has no end of a sentence inside: prose that begins with a user name has.
 */
const command = /^ *[a-z0-9/~.$*](?!.*[.!?] ).*[^.!?,;:]$/;

/** As `wrap`, but a command stays on one line: pasted in halves it would do something else. */
export function paragraph(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => {
    if (width(line) <= columns || command.test(line)) return [line];
    const [, lead, rest] = /^(.*:) +(.*)$/.exec(line) ?? [];
    return lead && rest && command.test(rest) ? [...wrap(lead, columns), `  ${rest}`] : wrap(line, columns);
  });
}

/** Sentences, wrapped; a command among them stays on one line. */
export const prose = (text: Shown, style: Style): string => paragraph(style.text(text), style.room).join('\n');

export interface Row {
  readonly mark: string;
  readonly text: string;
  /** Stands at the right edge. */
  readonly note?: string | undefined;
  /** Columns that the notes of all rows share, so that they begin below each other. */
  readonly noteWidth?: number;
}

/** A marked line with a hanging indent, and a note at its right where there is room, below where not. */
export function row(style: Style, { mark, text, note, noteWidth }: Row): string[] {
  const hang = ' '.repeat(width(mark) + 1);
  const full = style.room - hang.length;
  const marked = (lines: readonly string[]) => lines.map((line, n) => (n === 0 ? `${mark} ${line}` : hang + line));
  if (!note) return marked(wrap(text, full));

  const aligned = full - Math.max(width(note), noteWidth ?? 0) - 2;
  const left = width(text) <= aligned ? aligned : full - width(note) - 2;
  // A word that is longer than the room beside the note, such as a path, would push the note off the line.
  const hasLongWord = text.split(' ').some((word) => width(word) > left);
  if (width(text) > left && (left < narrow || width(text) <= full || hasLongWord)) {
    const below = wrap(note, full - 2).map((line) => `${hang}  ${style.colour.dim(line)}`);
    return [...marked(wrap(text, full)), ...below];
  }
  const [first = '', ...more] = wrap(text, left);
  const gap = ' '.repeat(left - width(first) + 2);
  return marked([`${first}${gap}${style.colour.dim(note)}`, ...more]);
}

/** Lines below a marked one. */
export const below = (lines: readonly string[], indent: number): string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
