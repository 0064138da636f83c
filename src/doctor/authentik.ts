import { databaseConnections, databaseTrouble } from '../installation/database.ts';
import type { Installation } from '../installation/installation.ts';
import { checkedEra } from '../installation/wanted-release.ts';
import { Failure } from '../model/failure.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { eraOf, isOlder } from '../model/release.ts';
import { failed } from '../verify/check.ts';
import type { Busy, World } from '../world/world.ts';

/** From so many ms on an answer is slow: people wait at the login page for several of them. */
const slow = 2_500;

/** Is the wanted release one without known vulnerabilities? A newer one is told, and is no problem. */
export function releaseCheck({ config: { authentik } }: Pick<Installation, 'config'>): Finding[] {
  const { version, allowUnsupported } = authentik;
  const about = { id: 'release-unsafe', title: `authentik ${version} has no known hole` };
  try {
    checkedEra({ authentik: { ...authentik, allowUnsupported: false } });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Whoever insisted knows it, and is still told.
    return [failed(about, error, allowUnsupported ? 'warn' : 'fail')];
  }
  const newest = eraOf(version)?.supported?.newest;
  const newer = newest !== undefined && isOlder(version, newest) ? `; ${newest} is newer` : '';
  return [ok({ ...about, title: `${about.title}${newer}` })];
}

/** Does it answer, and know homeauth's token? @throws Failure where it refuses us */
export async function answersCheck(
  { world: { authentik, docker } }: Pick<Installation, 'world'>,
  about: About,
): Promise<Finding[]> {
  const reach = await authentik.reach();
  if (reach.is === 'ready') return [ok(about)];
  if (reach.is === 'refused') throw reach.failure;
  // What is behind its errors is told where the database is.
  if (reach.failure) return [skip(about, reach.because)];
  // That its container does not run, or is not well, is told where containers are.
  const details = await docker.container('authentik');
  const isWell = details?.running && ['healthy', 'none'].includes(details.found.health);
  if (!isWell) return [skip(about, reach.because)];
  const problem = `authentik runs and cannot be used: ${reach.because.says}.`;
  return [wrong(about, 'fail', { problem, fix: 'docker logs --tail 50 authentik' })];
}

/** Does a worker listen? Without one, changes reach the outpost after minutes, and no mail is sent. */
export async function workerCheck(
  { world: { authentik, docker } }: Pick<Installation, 'world'>,
  about: About,
): Promise<Finding[]> {
  const reach = await authentik.reach();
  if (reach.is !== 'ready') return [skip(about, reach.because)];
  if (!(await docker.container('authentik-worker'))?.running) {
    return [skip(about, unseen("authentik-worker's container does not run"))];
  }
  const fix =
    'See what it does:  docker logs --tail 50 authentik-worker   and restart it:  docker restart authentik-worker';
  try {
    const workers = await authentik.get<readonly { readonly version_matching?: boolean }[]>('tasks/workers');
    if (workers.length === 0) {
      const why = 'Changes reach the apps only after minutes, and no mail is sent.';
      return [wrong(about, 'fail', { problem: 'No worker is connected to authentik.', why, fix })];
    }
    if (workers.some(({ version_matching }) => version_matching === false)) {
      const problem = "authentik's worker and server are of different releases.";
      return [wrong(about, 'warn', { problem, why: 'They must be the same.', fix: 'homeauth apply' })];
    }
    return [ok(about)];
  } catch (error) {
    // Releases before 2025.8 cannot be asked; the container's own health check has to do.
    if (error instanceof Failure && error.code === 'authentik-not-found') return [];
    throw error;
  }
}

interface OutpostHealth {
  readonly version: string;
  readonly version_should: string;
  readonly version_outdated?: boolean;
}

/** Are all outposts of the server's release, those on other machines included? */
export async function outpostsCheck(
  { world: { authentik } }: Pick<Installation, 'world'>,
  about: About,
): Promise<Finding[]> {
  const reach = await authentik.reach();
  if (reach.is !== 'ready') return [skip(about, reach.because)];
  const found: Finding[] = [];
  for (const { pk, name } of await authentik.list('outposts/instances')) {
    const all = await authentik.get<readonly OutpostHealth[]>(`outposts/instances/${pk}/health`);
    const old = all.find(({ version_outdated }) => version_outdated === true);
    if (!old) continue;
    found.push(
      wrong({ ...about, thing: `outpost:${name}` }, 'warn', {
        problem: `The outpost "${name}" is of release ${old.version}, and authentik of ${old.version_should}.`,
        why: 'They speak with each other, and must be the same.',
        fix: 'Give its container the image of the same release; the one inside authentik follows:  homeauth apply',
      }),
    );
  }
  return found.length > 0 ? found : [ok(about)];
}

interface Blueprint {
  readonly name: string;
  readonly status: string;
  readonly enabled: boolean;
}

/** Were authentik's own objects, and those that somebody has described in files, made without an error? */
export async function blueprintsCheck(
  { world: { authentik } }: Pick<Installation, 'world'>,
  about: About,
): Promise<Finding[]> {
  const reach = await authentik.reach();
  if (reach.is !== 'ready') return [skip(about, reach.because)];
  const { results } = await authentik.get<{ results: readonly Blueprint[] }>('managed/blueprints', { page_size: 100 });
  const broken = results.filter(({ status, enabled }) => enabled && status === 'error').map(({ name }) => name);
  if (broken.length === 0) return [ok(about)];
  return [
    wrong(about, 'warn', {
      problem: `authentik could not apply ${broken.length === 1 ? 'a blueprint' : 'some blueprints'}: ${broken.join(', ')}`,
      why: 'What it describes, such as flows that others need, may be missing or old.',
      fix: 'In authentik, open Customization > Blueprints, apply it again and look at its log:  docker logs --tail 50 authentik-worker',
    }),
  ];
}

/** Has the database connections left? @throws Failure database-full */
export async function databaseCheck(
  { world: { docker } }: Pick<Installation, 'world'>,
  about: About,
): Promise<Finding[]> {
  const found = await databaseConnections(docker);
  // That its container does not run, or is not well, is told where containers are.
  if (!found) return [skip(about, unseen('the database could not be queried'))];
  const trouble = found.isFull && (await databaseTrouble(docker));
  if (trouble) throw trouble;
  return [ok({ ...about, title: `${about.title} (${found.used} of ${found.allowed} are taken)` })];
}

/** Does authentik answer soon; and if not, what is this machine busy with? `slowest`: what its slowest answer took, in ms. */
export async function slownessCheck(slowest: number, { host }: Pick<World, 'host'>, about: About): Promise<Finding[]> {
  if (slowest < slow) return [ok(about)];
  const problem = `authentik is slow: an answer took ${(slowest / 1000).toFixed(1)} s.`;
  const why = inWords(await host.busy());
  return [wrong(about, 'warn', { problem, why, fix: 'See which container uses it:  docker stats --no-stream' })];
}

function inWords({ load, cores, programs }: Busy): string {
  const most = programs.map((one) => `${one.program} (${Math.round(one.cores * 100)} % of a core)`);
  const busiest = most.length > 0 ? ` Most of it is used by ${most.join(', ')}.` : '';
  return `The load of this machine is ${load.toFixed(1)}, on ${cores} ${cores === 1 ? 'core' : 'cores'}.${busiest}`;
}
