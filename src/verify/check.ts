import type { App } from '../config/config.ts';
import type { Installation } from '../installation/installation.ts';
import { type Issue, reasonOf } from '../model/failure.ts';
import { type About, type Finding, unseen } from '../model/finding.ts';
import type { Reason } from '../model/reason.ts';
import type { Entrance, ProxyFacts } from '../proxy/proxy.ts';
import type { ProbeContext } from './probe.ts';
import type { Thoroughness } from './verify-app.ts';

/** What a check needs, and what it is then given. */
export interface Grounds {
  /** homeauth.yaml: there before anything is asked. */
  readonly nothing: Installation;
  /** Docker answers. */
  readonly docker: Installation;
  /** A reverse proxy that homeauth can work with. */
  readonly proxy: {
    readonly installation: Installation;
    readonly proxy: ProxyFacts;
    readonly entrance: Entrance | Finding;
  };
  /** The way in through it. */
  readonly entrance: { readonly installation: Installation; readonly proxy: ProxyFacts } & Asking;
  /** The same, once for each app. */
  readonly app: Asking & { readonly app: App };
  /** All others are made. */
  readonly others: { readonly installation: Installation; readonly slowest: number };
}

interface Asking {
  readonly scene: ProbeContext;
  readonly how: Thoroughness;
}

export type Need = keyof Grounds;

/** One thing to look at, listed once. One that throws a Failure, or takes too long, is a finding as well. */
export interface CheckOf<N extends Need> extends About {
  readonly needs: N;
  /** Which commands make it: `interview` before the first question, `preflight` before the first write. */
  readonly by: readonly ('interview' | 'preflight' | 'doctor' | 'verify' | 'verify --as-outsider')[];
  /** Names of what its run looks at besides, each a section in docs/problems.md. */
  readonly finds?: readonly string[];
  run(ground: Grounds[N], about: About): readonly Finding[] | Promise<readonly Finding[]>;
}

export type Check = { [N in Need]: CheckOf<N> }[Need];

/** What `work` comes to, or after `ms` what takes its place. */
export function within<T>(ms: number, work: Promise<T>, otherwise: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    // Made before `otherwise` may throw, which then rejects as it should.
    const timer = setTimeout(() => Promise.resolve().then(otherwise).then(resolve, reject), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** An issue that was met where a check was made, as a finding of that. */
export const failed = (about: About, issue: Issue, status: 'fail' | 'warn' = 'fail'): Finding => ({
  ...about,
  status,
  issue,
});

/** Why what depends on a check that is not fine is skipped. */
export const reasonFrom = (found: Finding): Reason =>
  'because' in found ? found.because : 'issue' in found ? reasonOf(found.issue) : unseen(found.title);
