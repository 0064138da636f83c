import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { open } from '../installation/open.ts';
import { knownEra } from '../installation/wanted-release.ts';
import { asFailure, causeOf } from '../model/failure.ts';
import { type Finding, issueOf, skip, unseen } from '../model/finding.ts';
import { failed } from '../verify/check.ts';
import { checks, checksBy } from './checks.ts';
import { examine } from './run-checks.ts';
import { impatient, quick, type Slowest } from './short-limits.ts';

/** Everything that doctor looks at, also what is told `once`. Where homeauth.yaml cannot be read, that is the only finding. */
export async function examined(flag: string | undefined, runtime: Runtime): Promise<Finding[]> {
  try {
    return await looked(await open(flag, quick(runtime), knownEra));
  } catch (error) {
    return [failed({ id: 'config-invalid', title: 'homeauth.yaml can be read' }, asFailure(error))];
  }
}

/** Looks, and writes nothing. What follows from another finding is not told as one more problem. */
async function looked(opened: Installation): Promise<Finding[]> {
  const slowest: Slowest = { ms: 0 };
  const installation = { ...opened, world: impatient(opened.world, slowest) };
  const all = withoutEchoes(opened.config.authHost, await examine(installation, checksBy('doctor'), () => slowest.ms));
  const down = all.find((found) => found.id === 'authentik-down' && isAway(found));
  return down ? all.filter(({ id }) => id !== 'authentik-slow').map((found) => folded(found, down)) : all;
}

/** What is asked through the reverse proxy. */
const throughProxy = new Set(
  checks.filter(({ needs }) => needs === 'entrance' || needs === 'app').flatMap(({ id, finds = [] }) => [id, ...finds]),
);

/** One that refuses homeauth's token is there all the same. */
const isAway = (found: Finding): boolean =>
  found.status === 'skip' || (found.status === 'fail' && found.issue.code === found.id);

/** An app that lets strangers in while authentik is away is told all the same. */
function folded(found: Finding, down: Finding): Finding {
  if (!throughProxy.has(found.id)) return found;
  const reason = 'because' in found ? found.because : issueOf(found)?.because;
  const isEcho = found.status === 'fail' && reason?.code === 'away';
  const followsFromIt = found.status === 'skip' && ['https-seen', 'forged'].includes(found.id);
  // Caddy itself waits for an authentik that has no address any more, for longer than is waited here.
  if (!isEcho && !followsFromIt && reason?.code !== 'late') return found;
  const { id, subject, title } = found;
  return skip(
    { id, title, ...(subject && { subject }) },
    down.status === 'skip' ? down.because : { code: 'away', says: 'authentik cannot be used' },
  );
}

/**
 * That Caddy's own container is stopped is one problem, and not another one because nobody gets in; that a certificate
 * has ended, and not another one because nobody trusts it.
 */
function withoutEchoes(authHost: string, findings: readonly Finding[]): Finding[] {
  const isStopped = findings.some(({ thing, status }) => thing === 'container:caddy' && status === 'fail');
  const hasEnded = findings.some(
    ({ id, subject, status }) => id === 'certificate-ending' && subject === authHost && status === 'fail',
  );
  return findings
    .filter(({ id }) => !(isStopped && id === 'caddy-running'))
    .map((found) =>
      hasEnded && found.id === 'certificate' && found.status === 'fail'
        ? skip({ id: found.id, title: found.title }, unseen('it has ended'))
        : found,
    );
}

/** Several looks may fail for one reason: told once. */
export function once(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((found) => {
    if (found.status !== 'fail') return true;
    const key = `${found.issue.code} ${causeOf(found.issue)}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
