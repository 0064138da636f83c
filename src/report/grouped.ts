import { type Finding, issueOf, ok, skip, unseen, wrong } from '../model/finding.ts';
import { linesOf, type Shown } from '../model/shown.ts';

/** Those that have a word in common, in the order in which each word first comes up. */
export function grouped<T, K>(items: readonly T[], word: (item: T) => K): [K, T[]][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = word(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups];
}

/** More than so many that are alike are told as one. */
export const few = 3;

/** What is alike in many apps as one finding, in the place of the first of them. By what they are, not by their words. */
export function together(findings: readonly Finding[]): Finding[] {
  return grouped(findings, kindOf).flatMap(([kind, alike]) =>
    kind === undefined || alike.length <= few ? alike : [asOne(alike)],
  );
}

/** What is fine came back with whatever is fine there; what is wrong is alike only where the same came back. */
function kindOf(found: Finding): string | undefined {
  const { id, status, subject, answer, family } = found;
  if (subject === undefined && family === undefined) return undefined;
  return [id, issueOf(found)?.code, status, family?.is ?? '', status === 'ok' ? '' : (answer ?? '')].join(' ');
}

function asOne(alike: readonly Finding[]): Finding {
  const [first] = alike as [Finding, ...Finding[]];
  const { id, title, family } = first;
  const names = alike.map(({ subject, family: of }) => subject ?? of?.name ?? '');
  const issue = issueOf(first);
  const which = `${names.length} in all: ${names.slice(0, few).join(', ')} …`;
  const titled = { id, title: family?.title ?? `${names.length} apps: ${title}` };
  if (first.status === 'skip') return skip(titled, unseen([which, ...linesOf(reasonOf(first))]));
  if (!issue) return ok({ ...titled, ...(family?.title && { answer: `${names.length} in all` }) });
  const { problem, fix } = family?.issue ?? issue;
  const why = [which, ...(family?.issue || !issue.why ? [] : linesOf(issue.why))];
  return wrong(first, first.status === 'warn' ? 'warn' : 'fail', { ...issue, problem, why, fix });
}

/** Why something could not be looked at: of all its family, where one of them speaks of itself. */
export const reasonOf = (found: Finding): Shown =>
  found.family?.because ?? ('because' in found ? found.because.says : '');
