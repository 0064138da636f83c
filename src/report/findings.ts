import { causeOf, docsOf } from '../model/failure.ts';
import { type Finding, issueOf } from '../model/finding.ts';
import { clause, linesOf, type Shown, textOf } from '../model/shown.ts';
import { grouped, reasonOf, together } from './grouped.ts';
import { below, paragraph, row, wrap } from './layout.ts';
import type { Mark, Style } from './style.ts';
import { width } from './text.ts';

const marks: Readonly<Record<Finding['status'], Mark>> = { ok: 'done', fail: 'wrong', warn: 'look', skip: 'wait' };

/** Every finding with what came back: what a command has proven. What is alike in many apps is told once, unless `verbose`. */
export function proof(findings: readonly Finding[], style: Style, verbose = false): string {
  const isNamed = new Set(findings.map(({ subject }) => subject).filter(Boolean)).size > 1;
  return block(verbose ? findings : together(findings), ({ answer }) => answer, isNamed, style).join('\n');
}

export interface Look {
  /** Everything, not only what needs the user. */
  readonly verbose: boolean;
  /** The command that shows everything: `homeauth doctor -v`. */
  readonly everything: string;
  /** Where every name is explained; told with everything. */
  readonly reference?: string;
}

/** The problems with their names, and a verdict. */
export function verdict(findings: readonly Finding[], { verbose, everything, reference }: Look, style: Style): string {
  const shown = verbose ? findings : together(findings.filter(isProblem));
  const all = findings.length;
  const [problems, skipped] = [
    findings.filter(isProblem).length,
    findings.filter(({ status }) => status === 'skip').length,
  ];
  const lines = block(shown, nameOf, true, style);
  const folded = verbose ? [] : folds(findings, problems > 0, style);
  if (problems === 0 && skipped === 0) return [...lines, `${style.mark('done')} All ${all} checks passed.`].join('\n');
  const result =
    problems === 0
      ? `${all - skipped} of ${all} checks passed, ${skipped} could not be made.`
      : `${problems} of ${all} checks ${problems === 1 ? 'needs' : 'need'} attention.`;
  const more = !verbose ? ` Everything: ${everything}` : reference ? `\nMore on each: ${reference}#NAME` : '';
  return [...lines, ...folded, '', ...wrap(`${result}${more}`, style.room)].join('\n');
}

/** The same for a script. */
export const findingsData = (findings: readonly Finding[]) => ({
  checks: findings.map((found) => ({
    id: nameOf(found),
    ...(found.subject && { subject: found.subject }),
    status: found.status,
    ...(found.status === 'skip' && { cause: found.because.says, reason: found.because.code }),
    ...('issue' in found && { cause: causeOf(found.issue), fix: textOf(found.issue.fix), docs: docsOf(found.issue) }),
  })),
});

/** The name of what is wrong, which docs/problems.md explains; else that of the check. */
const nameOf = (found: Finding): string => issueOf(found)?.code ?? found.id;

const isProblem = ({ status }: Finding) => status === 'fail' || status === 'warn';

function block(
  findings: readonly Finding[],
  noteOf: (f: Finding) => string | undefined,
  isNamed: boolean,
  style: Style,
): string[] {
  const notes = findings.map((finding) => style.text(noteOf(finding) ?? ''));
  const noteWidth = Math.max(0, ...notes.map(width));
  return findings.flatMap((finding, n) => {
    const { headline, lines } = told(finding, isNamed, style);
    const head = {
      mark: style.mark(marks[finding.status]),
      text: style.text(headline),
      note: notes[n] ?? '',
      noteWidth,
    };
    return [
      ...row(style, head),
      ...below(
        lines.flatMap((line) => paragraph(line, style.room - style.indent)),
        style.indent,
      ),
    ];
  });
}

/** What is wrong goes first; why, what there is to look at and the fix go below. */
function told(found: Finding, isNamed: boolean, style: Style): { headline: Shown; lines: string[] } {
  const { title, subject } = found;
  const issue = issueOf(found);
  if (issue) {
    const { problem, why, details, fix } = issue;
    const lines = [...(why ? [style.text(why)] : []), ...(details ? [style.quote(details)] : [])];
    return { headline: clause(problem), lines: [...lines, style.text(introduced(fix))] };
  }
  const headline = isNamed && subject ? `${subject}: ${title}` : title;
  return { headline, lines: 'because' in found ? [style.text(found.because.says)] : [] };
}

/** A sentence speaks for itself; a bare command is introduced. */
function introduced(fix: Shown): readonly string[] {
  const [first = '', ...more] = linesOf(fix);
  return [/^\p{Lu}/u.test(first) ? first : `Fix: ${first}`, ...more];
}

/** What could not be looked at: one line for each reason. */
function folds(findings: readonly Finding[], more: boolean, style: Style): string[] {
  const skipped = findings.filter(({ status }) => status === 'skip');
  return grouped(skipped, (found) => clause(reasonOf(found))).flatMap(([cause, some]) => {
    const text = `${some.length}${more ? ' more' : ''} could not be checked${cause && `: ${cause}`}`;
    return row(style, { mark: style.mark('wait'), text: style.text(text) });
  });
}
