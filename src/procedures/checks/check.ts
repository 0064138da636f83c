import pMap from 'p-map';
import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';

/** One thing to look at. A check that throws a Failure, or takes too long, is a finding as well. */
export interface Check {
  readonly id: string;
  /** A sentence that is true when the check is fine. */
  readonly title: string;
  /** The app it is about, where it is about one. */
  readonly subject?: string;
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
  const late = () => skipped([check], `it took longer than ${limit / 1000} s`);
  return within(limit, check.look(), late).catch((error: unknown) => {
    if (error instanceof Failure) return [failed(error, check.title)];
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
export const skipped = (checks: readonly Omit<Check, 'look'>[], cause: string): Finding[] =>
  checks.map(({ id, title, subject }) => ({ id, title, ...(subject && { subject }), status: 'skip', cause }));

/** A failure as a finding. */
export function failed({ code, problem, why, details, fix }: Failure, title: string): Finding {
  const sentences = [problem, why].filter((part) => part !== undefined).join(' ');
  return { id: code, status: 'fail', title, cause: details ? `${sentences}\n${details}` : sentences, fix };
}

/** The first sentence, and what follows. */
export function parted(cause: string): readonly [first: string, rest: string | undefined] {
  const end = /\.[ \t]+|\.?\n/.exec(cause);
  if (!end) return [cause, undefined];
  return [
    cause.slice(0, end.index + (cause[end.index] === '.' ? 1 : 0)),
    cause.slice(end.index + end[0].length) || undefined,
  ];
}
