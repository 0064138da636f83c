import { docsOf, type Issue } from '../model/failure.ts';
import { quotationOf, type Shown, textOf } from '../model/shown.ts';
import { paragraph } from './layout.ts';
import type { Style } from './style.ts';

/** What is wrong, why, what there is to look at, and last what to do. */
export function failure({ problem, why, details, fix }: Issue, style: Style): string {
  const prose = (text: Shown) => paragraph(style.text(text), style.room);
  return [
    ...prose(problem).map(style.colour.red),
    ...(why ? prose(why) : []),
    ...(details ? indented(style.quote(details)).map(style.colour.dim) : []),
    ...prose(fix),
  ].join('\n');
}

/** The same for a script. */
export function failureData(issue: Issue): Readonly<Record<string, string>> {
  const { code, problem, why, details, fix } = issue;
  return {
    code,
    problem: textOf(problem),
    ...(why && { why: textOf(why) }),
    ...(details && { details: quotationOf(details) }),
    fix: textOf(fix),
    docs: docsOf(issue),
  };
}

/** Two columns in, whatever it was before. Never wrapped: it is quoted material. */
export function indented(text: string): string[] {
  const lines = text.trimEnd().split('\n');
  const filled = lines.filter((line) => line.trim() !== '');
  const common = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => (line.trim() === '' ? '' : `  ${line.slice(common).trimEnd()}`));
}
