import { isFirst } from '../installation/config-location.ts';
import type { Installation } from '../installation/installation.ts';
import { causeOf, Failure, type Issue } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import { byFlag } from '../model/setting.ts';
import { quotationOf, textOf } from '../model/shown.ts';
import { checksBy } from './checks.ts';
import { spaceCheck } from './disk.ts';
import { examine } from './run-checks.ts';

/**
 * What must be true before the first byte is written.
 * @returns what is worth a word and stops nothing
 * @throws Failure for the first that is wrong, with the others in its details
 */
export async function preflight(installation: Installation): Promise<readonly Finding[]> {
  const named = (await isFirst(installation.source, installation.world)) ? byFlag<Issue> : (issue: Issue) => issue;
  return nothingWrong(await examine(installation, checksBy('preflight')), named);
}

/**
 * What no answer changes, before anything is asked: nobody answers ten questions to learn then that a port is taken.
 * `trial`: an installation with guesses where its owner has said nothing. `places`: directories that they did name.
 * @throws Failure as `preflight`
 */
export async function beforeAsking(trial: Installation, places: readonly string[]): Promise<void> {
  const [findings, space] = await Promise.all([examine(trial, checksBy('interview')), spaceCheck(trial, places)]);
  nothingWrong([...findings, ...space], byFlag);
}

function nothingWrong(findings: readonly Finding[], named: (issue: Issue) => Issue): readonly Finding[] {
  const issues = findings.flatMap((found): Issue[] => (found.status === 'fail' ? [named(found.issue)] : []));
  const [first, ...more] = issues;
  if (!first) return findings.filter(({ status }) => status === 'warn');
  const others = more.map((issue) => `${causeOf(issue)}\n${textOf(issue.fix)}`);
  const details = [
    first.details && quotationOf(first.details),
    ...(others.length > 0 ? ['Also wrong:', ...others] : []),
  ]
    .filter(Boolean)
    .join('\n\n');
  throw new Failure({ ...first, ...(details && { details }) });
}
