import { causeOf, Failure, reasonOf } from '../model/failure.ts';
import { type Finding, issueOf, skip } from '../model/finding.ts';
import type { Reason } from '../model/reason.ts';
import { proxyOf } from '../proxy/choose.ts';
import { proxyPeers } from '../proxy/peers.ts';
import { answersCheck, workerCheck } from './checks/authentik.ts';
import { type Check, failed, observe, reasonFrom, skipped } from './checks/check.ts';
import { databaseCheck } from './checks/database.ts';
import { healthCheck } from './checks/health.ts';
import { impatient, quick, type Slowest } from './checks/impatient.ts';
import { asPlanned } from './checks/plan.ts';
import { providerPathsCheck } from './checks/provider-paths.ts';
import { releaseCheck } from './checks/release.ts';
import { passwordFileCheck, secretFilesCheck } from './checks/secret-files.ts';
import { slownessCheck } from './checks/slow.ts';
import { notThroughCaddy, throughCaddy } from './checks/through-caddy.ts';
import type { Installation } from './installation.ts';
import { open } from './open.ts';
import { caddyOf, machineChecks } from './preflight.ts';
import { knownEra } from './release-check.ts';
import type { Surroundings } from './surroundings.ts';

/** Everything that doctor looks at. Where homeauth.yaml cannot be read, that is the only finding. */
export async function examined(flag: string | undefined, surroundings: Surroundings): Promise<Finding[]> {
  try {
    return await checks(await open(flag, quick(surroundings), knownEra));
  } catch (error) {
    if (error instanceof Failure) return [failed({ id: 'config-invalid', title: 'homeauth.yaml can be read' }, error)];
    throw error;
  }
}

/** The machine, the plan read aloud, the proofs. Looks, and writes nothing. */
async function checks(opened: Installation): Promise<Finding[]> {
  const slowest: Slowest = { ms: 0 };
  const installation = { ...opened, world: impatient(opened.world, slowest) };
  const { config } = installation;
  // Begun before it is known whether Docker answers, as most of the time goes here; not waited for where it does not.
  const everything = withIt(installation, slowest);
  everything.catch(() => {});
  const [machine, files] = await Promise.all([
    machineChecks(installation),
    observe([
      { id: 'release-unsafe', title: 'authentik has no known hole', look: async () => releaseCheck(config) },
      { id: 'secret-readable', title: 'only root can read secrets', look: () => secretFilesCheck(installation) },
      { id: 'password-file', title: 'no password file is left over', look: () => passwordFileCheck(installation) },
    ]),
  ]);
  const docker = machine.find(({ id, status }) => id === 'docker-unreachable' && status !== 'ok');
  const rest = docker ? withoutIt(installation, reasonFrom(docker)) : await everything;
  return once([...machine, ...files, ...rest]);
}

const stack = [
  { id: 'plan', title: 'everything is as homeauth.yaml says' },
  { id: 'container-health', title: 'the containers are well' },
  { id: 'database-full', title: 'the database has connections left' },
  { id: 'authentik-down', title: 'authentik answers' },
  { id: 'worker-silent', title: "authentik's worker is connected" },
  { id: 'provider-paths', title: 'authentik asks for a login everywhere' },
];

/** How long a look at the stack may take, in ms: several answers of a busy authentik. */
const stackPatience = 90_000;

const withoutIt = (installation: Installation, because: Reason): Finding[] => [
  ...skipped(stack, because),
  ...notThroughCaddy(installation, because),
];

async function withIt(installation: Installation, slowest: Slowest): Promise<Finding[]> {
  const { world } = installation;
  const caddy = await caddyOf(installation);
  const isKnown = !(caddy instanceof Failure);
  const looks: readonly Check['look'][] = [
    () => asPlanned(installation, isKnown),
    () => healthCheck(installation),
    () => databaseCheck(world),
    () => answersCheck(world),
    () => workerCheck(world),
    () => providerPathsCheck(world, installation.config),
  ];
  const [things, through] = await Promise.all([
    observe(
      [
        ...stack.map((about, n) => ({ ...about, look: looks[n]! })),
        ...(isKnown ? [{ ...proxyPeers, look: () => proxyOf(caddy).peers(world) }] : []),
      ],
      stackPatience,
    ),
    isKnown ? throughCaddy(installation, caddy) : notThroughCaddy(installation, reasonOf(caddy)),
  ]);
  const down = things.find((found) => found.id === 'authentik-down' && isAway(found));
  const slowness = down ? [] : await slownessCheck(slowest.ms, world);
  return withoutEchoes([...things, ...slowness, ...through.map((found) => (down ? folded(found, down) : found))]);
}

/** One that refuses homeauth's token is there all the same. */
const isAway = (found: Finding): boolean =>
  found.status === 'skip' || (found.status === 'fail' && found.issue.code === found.id);

/** An app that lets strangers in while authentik is away is told all the same. */
function folded(found: Finding, down: Finding): Finding {
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

/** That Caddy's own container is stopped is one problem, and not another one because nobody gets in. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const isStopped = findings.some(({ thing, status }) => thing === 'container:caddy' && status === 'fail');
  return findings.filter(({ id }) => !(isStopped && id === 'caddy-running'));
}

/** Several looks may fail for one reason: told once. */
function once(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((found) => {
    if (found.status !== 'fail') return true;
    const key = `${found.issue.code} ${causeOf(found.issue)}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
