import { Failure } from '../model/failure.ts';
import { frame, position } from './frame.ts';

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
