import type { Finding } from '../model/finding.ts';
import { grouped } from './grouped.ts';

/** More than so many that are alike are told as one. */
const few = 3;

/** What is alike in many apps as one finding, in the place of the first of them. By what they are, not by their words. */
export function together(findings: readonly Finding[]): Finding[] {
  return grouped(findings, kindOf).flatMap(([kind, alike]) =>
    kind === undefined || alike.length <= few ? alike : [asOne(alike)],
  );
}

/** What is fine came back with whatever is fine there; what is wrong is alike only where the same came back. */
function kindOf({ id, status, subject, answer, family }: Finding): string | undefined {
  if (status === 'skip' || (subject === undefined && family === undefined)) return undefined;
  return [id, status, family?.is ?? '', status === 'ok' ? '' : (answer ?? '')].join(' ');
}

function asOne(alike: readonly Finding[]): Finding {
  const [first] = alike as [Finding, ...Finding[]];
  const { id, status, title, family } = first;
  const names = alike.map(({ subject, family: of }) => subject ?? of?.name ?? '');
  if (status === 'ok') {
    const bare = title.startsWith(`${names[0]}: `) ? title.slice((names[0] ?? '').length + 2) : title;
    return { id, status, title: family?.title ?? `${names.length} apps: ${bare}` };
  }
  const [headline, rest] = parts(family?.cause ?? first.cause ?? title);
  const which = `${names.length} in all: ${names.slice(0, few).join(', ')} …`;
  const fix = family?.fix ?? first.fix;
  const cause = [`${headline}.`, which, ...(rest ? [rest] : [])].join('\n');
  return { ...first, title: headline, cause, ...(fix && { fix }) };
}

/** The first sentence without its full stop, and what follows. */
export function parts(cause: string): readonly [first: string, rest: string] {
  const end = /\.\s+|\n/.exec(cause);
  if (!end) return [cause.replace(/\.$/, ''), ''];
  return [cause.slice(0, end.index).replace(/\.$/, ''), cause.slice(end.index + end[0].length)];
}
