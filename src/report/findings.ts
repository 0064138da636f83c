import type { Finding } from '../model/finding.ts';
import { grouped } from './grouped.ts';
import { below, paragraph, row, wrap } from './layout.ts';
import type { Mark, Style } from './style.ts';
import { width } from './text.ts';
import { parts, together } from './together.ts';

const marks: Readonly<Record<Finding['status'], Mark>> = { ok: 'done', fail: 'wrong', warn: 'look', skip: 'wait' };

/** Every finding with what came back: what a command has proven. What is alike in many apps is told once, unless `verbose`. */
export function proof(findings: readonly Finding[], style: Style, verbose = false): string {
  return block(verbose ? findings : together(findings), ({ answer }) => answer, style).join('\n');
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
  const lines = block(shown, ({ id }) => id, style);
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
  checks: findings.map(({ id, subject, status, cause, fix }) => ({
    id,
    ...(subject && { subject }),
    status,
    ...(cause && { cause }),
    ...(fix && { fix }),
  })),
});

const isProblem = ({ status }: Finding) => status === 'fail' || status === 'warn';

function block(findings: readonly Finding[], noteOf: (f: Finding) => string | undefined, style: Style): string[] {
  const notes = findings.map((finding) => style.text(noteOf(finding) ?? ''));
  const noteWidth = Math.max(0, ...notes.map(width));
  return findings.flatMap((finding, n) => {
    const { headline, text } = told(finding);
    const head = {
      mark: style.mark(marks[finding.status]),
      text: style.text(headline),
      note: notes[n] ?? '',
      noteWidth,
    };
    return [
      ...row(style, head),
      ...below(text ? paragraph(style.text(text), style.room - style.indent) : [], style.indent),
    ];
  });
}

/** What is wrong goes first, as the cause's first sentence says it; the rest of the cause and the fix go below. */
function told({ status, title, cause, fix }: Finding): { headline: string; text?: string } {
  if (status === 'ok') return { headline: title };
  if (!cause) return { headline: title, ...(fix && { text: remedy(fix) }) };
  if (status === 'skip') return { headline: title, text: cause };
  const [headline, rest] = parts(cause);
  const text = [rest, fix && remedy(fix)].filter(Boolean).join('\n');
  return { headline, ...(text && { text }) };
}

/** A sentence speaks for itself; a bare command is introduced. */
const remedy = (fix: string): string => (/^\p{Lu}/u.test(fix) ? fix : `Fix: ${fix}`);

/** What could not be looked at: one line for each reason. */
function folds(findings: readonly Finding[], more: boolean, style: Style): string[] {
  const skipped = findings.filter(({ status }) => status === 'skip');
  return grouped(skipped, ({ cause }) => cause ?? '').flatMap(([cause, some]) => {
    const text = `${some.length}${more ? ' more' : ''} could not be checked${cause && `: ${cause}`}`;
    return row(style, { mark: style.mark('wait'), text: style.text(text) });
  });
}
