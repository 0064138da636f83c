import { Failure } from '../model/failure.ts';

/** Something wrong with homeauth.yaml, and where. */
export interface Problem {
  /** Offsets into the text; left out where nothing in the file is to blame. */
  readonly range?: readonly [start: number, end: number];
  /** A whole sentence. */
  readonly problem: string;
  readonly why?: string;
  /** A whole sentence. */
  readonly fix: string;
  /** Stands behind the caret. */
  readonly hint?: string;
  /** The dotted path of a key that is not there. */
  readonly missing?: string;
  /** The dotted path of the key that a misspelt one stands for: it is not missing then. */
  readonly meant?: string;
}

const shown = 5;

/**
 * One error for all problems of a file, in the order of the file. A single one fills the failure's own fields;
 * several are listed in its details, at most five.
 */
export function configFailure(path: string, source: string, problems: readonly Problem[]): Failure {
  const sorted = [...problems].sort((a, b) => (a.range?.[0] ?? 0) - (b.range?.[0] ?? 0));
  const [first] = sorted;
  if (first === undefined) throw new Error('a failure needs a problem');
  if (sorted.length === 1) {
    return new Failure({
      code: 'config-invalid',
      problem: headline(path, source, first),
      ...(first.why === undefined ? {} : { why: first.why }),
      ...(first.range === undefined ? {} : { details: frame(source, first.range, first.hint) }),
      fix: first.fix,
    });
  }
  const left = sorted.length - shown;
  const blocks = sorted.slice(0, shown).map((problem) => block(path, source, problem));
  if (left > 0) blocks.push(`and ${left} more.`);
  return new Failure({
    code: 'config-invalid',
    problem: `${sorted.length} things are wrong in ${path}.`,
    details: blocks.join('\n\n'),
    fix: `Correct them in ${path}, then run the command again.`,
  });
}

function block(path: string, source: string, problem: Problem): string {
  const lines = [headline(path, source, problem)];
  if (problem.why !== undefined) lines.push(problem.why);
  if (problem.range !== undefined) lines.push(frame(source, problem.range, problem.hint));
  lines.push(problem.fix);
  return lines.join('\n');
}

function headline(path: string, source: string, problem: Problem): string {
  const { line, column } = position(source, problem.range?.[0] ?? 0);
  return `${path}:${line}:${column}  ${problem.problem}`;
}

/** Lines in front of the one to blame. */
const context = 2;
const widest = 100;

/** Line and column of an offset, both from 1; columns count characters, not UTF-16 units. */
function position(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(start)].length + 1 };
}

/** The source lines up to the one to blame, with carets below the range and the hint behind them. */
function frame(source: string, range: readonly [start: number, end: number], hint = ''): string {
  const lines = source.split('\n');
  const { line, column } = position(source, range[0]);
  const first = Math.max(1, line - context);
  const gutter = String(line).length;
  const blamed = lines[line - 1] ?? '';
  const cut = Math.max(0, column - widest + 20);
  const out: string[] = [];
  for (let number = first; number <= line; number += 1) {
    const text = number === line ? [...blamed].slice(cut).join('') : (lines[number - 1] ?? '');
    out.push(`  ${String(number).padStart(gutter)} │ ${harmless(text)}`.trimEnd());
  }
  const end = Math.min(range[1], range[0] + (blamed.length - (column - 1)));
  const carets = '^'.repeat(Math.max(1, Math.min([...source.slice(range[0], end).trimEnd()].length, widest - 20)));
  out.push(`  ${' '.repeat(gutter)} │ ${' '.repeat(column - 1 - cut)}${carets}${hint === '' ? '' : ` ${hint}`}`);
  return out.join('\n');
}

/** Fit for a terminal: no control characters, no endless line, and no secret that somebody put here by mistake. */
function harmless(line: string): string {
  const plain = line
    .replace(/\r$/, '')
    .replaceAll('\t', ' ')
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, '·')
    .replace(/((?:password|passwd|secret|token|api-?_?key)["']?\s*:\s*)[^\s#].*/i, '$1••••••');
  const letters = [...plain];
  return letters.length > widest ? `${letters.slice(0, widest - 1).join('')}…` : plain;
}
