import type { Failure } from '../model/failure.ts';
import { paragraph } from './layout.ts';
import type { Style } from './style.ts';
import { oneLine } from './text.ts';

/** What is wrong, why, what there is to look at, and last what to do. */
export function failure({ problem, why, details, fix }: Failure, style: Style): string {
  const prose = (text: string) => paragraph(style.text(text), style.room);
  return [
    ...prose(oneLine(problem)).map(style.colour.red),
    ...(why ? prose(why) : []),
    ...(details ? indented(style.text(details)).map(style.colour.dim) : []),
    ...prose(fix),
  ].join('\n');
}

/** The same for a script. */
export function failureData({ code, problem, why, details, fix }: Failure): Readonly<Record<string, string>> {
  return { code, problem, ...(why && { why }), ...(details && { details }), fix };
}

/** Two columns in, whatever it was before. Never wrapped: it is quoted material. */
export function indented(details: string): string[] {
  const lines = details.trimEnd().split('\n');
  const filled = lines.filter((line) => line.trim() !== '');
  const common = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => (line.trim() === '' ? '' : `  ${line.slice(common).trimEnd()}`));
}
