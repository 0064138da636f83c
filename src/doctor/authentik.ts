import { Failure } from '../model/failure.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { World } from '../world/world.ts';

/** Does it answer, and know homeauth's token? @throws Failure where it refuses us */
export async function answersCheck(
  { authentik, docker }: Pick<World, 'authentik' | 'docker'>,
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
  { authentik, docker }: Pick<World, 'authentik' | 'docker'>,
  about: About,
): Promise<Finding[]> {
  const reach = await authentik.reach();
  if (reach.is !== 'ready') return [skip(about, reach.because)];
  if (!(await docker.container('authentik-worker'))?.running) {
    return [skip(about, unseen("authentik-worker's container does not run"))];
  }
  const fix =
    'See what it does:  docker logs --tail 50 authentik-worker   and start it anew:  docker restart authentik-worker';
  try {
    const workers = await authentik.get<readonly { readonly version_matching?: boolean }[]>('tasks/workers');
    if (workers.length === 0) {
      const why = 'Changes reach the apps after minutes only, and no mail is sent.';
      return [wrong(about, 'fail', { problem: 'No worker is connected to authentik.', why, fix })];
    }
    if (workers.some(({ version_matching }) => version_matching === false)) {
      const problem = "authentik's worker is of another release than the server.";
      return [wrong(about, 'warn', { problem, why: 'They must be the same.', fix: 'homeauth apply' })];
    }
    return [ok(about)];
  } catch (error) {
    // Releases before 2025.8 cannot be asked; the container's own health check has to do.
    if (error instanceof Failure && error.code === 'authentik-not-found') return [];
    throw error;
  }
}
