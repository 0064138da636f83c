import pMap from 'p-map';
import { Failure, type Issue, reasonOf } from '../../model/failure.ts';
import { type About, type Finding, skip, unseen } from '../../model/finding.ts';
import type { Reason } from '../../model/reason.ts';

/** One thing to look at. A check that throws a Failure, or takes too long, is a finding as well. */
export interface Check extends About {
  look(): Promise<readonly Finding[]>;
}

/** How long one check may take, in ms. */
const patience = 10_000;
/** Checks at once: more would only make authentik slow on a small machine. */
const concurrency = 12;

/** Looks at all of them side by side. One that is stuck or broken hides none of the others. */
export async function observe(checks: readonly Check[], limit = patience): Promise<Finding[]> {
  const found = await pMap(checks, (check) => observed(check, limit), { concurrency });
  return found.flat();
}

function observed(check: Check, limit: number): Promise<readonly Finding[]> {
  const late = () => skipped([check], unseen(`it took longer than ${limit / 1000} s`));
  return within(limit, check.look(), late).catch((error: unknown) => {
    if (error instanceof Failure) return [failed(check, error)];
    throw error;
  });
}

/** What `work` comes to, or after `ms` what takes its place. */
export function within<T>(ms: number, work: Promise<T>, otherwise: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    // Made before `otherwise` may throw, which then rejects as it should.
    const timer = setTimeout(() => Promise.resolve().then(otherwise).then(resolve, reject), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Checks that cannot be made, all for one reason. */
export const skipped = (checks: readonly About[], because: Reason): Finding[] =>
  checks.map((check) => skip(aboutOf(check), because));

/** A failure as a finding. */
export const failed = (about: About, issue: Issue, status: 'fail' | 'warn' = 'fail'): Finding => ({
  ...aboutOf(about),
  status,
  issue,
});

/** Why what depends on a check that is not fine is skipped. */
export const reasonFrom = (found: Finding): Reason =>
  'because' in found ? found.because : 'issue' in found ? reasonOf(found.issue) : unseen(found.title);

const aboutOf = ({ id, title, subject }: About): About => ({ id, title, ...(subject && { subject }) });
