import { type Finding, issueOf, ok, wrong } from '../model/finding.ts';
import { linesOf } from '../model/shown.ts';
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
function kindOf(found: Finding): string | undefined {
  const { id, status, subject, answer, family } = found;
  if (status === 'skip' || (subject === undefined && family === undefined)) return undefined;
  return [id, issueOf(found)?.code, status, family?.is ?? '', status === 'ok' ? '' : (answer ?? '')].join(' ');
}

function asOne(alike: readonly Finding[]): Finding {
  const [first] = alike as [Finding, ...Finding[]];
  const { id, title, family } = first;
  const names = alike.map(({ subject, family: of }) => subject ?? of?.name ?? '');
  const issue = issueOf(first);
  if (!issue) return ok({ id, title: family?.title ?? `${names.length} apps: ${title}` });
  const { problem, fix } = family?.issue ?? issue;
  const which = `${names.length} in all: ${names.slice(0, few).join(', ')} …`;
  const why = [which, ...(family?.issue || !issue.why ? [] : linesOf(issue.why))];
  return wrong(first, first.status === 'warn' ? 'warn' : 'fail', { ...issue, problem, why, fix });
}
