import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { World } from '../../world/world.ts';

/** Does it answer, and know homeauth's token? @throws Failure where it refuses us */
export async function answersCheck({ authentik, docker }: Pick<World, 'authentik' | 'docker'>): Promise<Finding[]> {
  const common = { id: 'authentik-down', title: "authentik answers, and knows homeauth's token" };
  const reach = await authentik.reach();
  if (reach.is === 'ready') return [{ ...common, status: 'ok' }];
  if (reach.is === 'refused') throw reach.failure;
  // What is behind its errors is told where the database is.
  if (reach.failure) return [{ ...common, status: 'skip', cause: reach.because }];
  // That its container does not run, or is not well, is told where containers are.
  const details = await docker.container('authentik');
  const isWell = details?.running && ['healthy', 'none'].includes(details.found.health);
  if (!isWell) return [{ ...common, status: 'skip', cause: reach.because }];
  const cause = `authentik runs and cannot be used: ${reach.because}.`;
  return [{ ...common, status: 'fail', cause, fix: 'docker logs --tail 50 authentik' }];
}

/** Does a worker listen? Without one, changes reach the outpost after minutes, and no mail is sent. */
export async function workerCheck({ authentik, docker }: Pick<World, 'authentik' | 'docker'>): Promise<Finding[]> {
  const common = { id: 'worker-silent', title: "authentik's worker is connected" };
  const reach = await authentik.reach();
  if (reach.is !== 'ready') return [{ ...common, status: 'skip', cause: reach.because }];
  if (!(await docker.container('authentik-worker'))?.running) {
    return [{ ...common, status: 'skip', cause: "authentik-worker's container does not run" }];
  }
  const fix =
    'See what it does:  docker logs --tail 50 authentik-worker   and start it anew:  docker restart authentik-worker';
  try {
    const workers = await authentik.get<readonly { readonly version_matching?: boolean }[]>('tasks/workers');
    if (workers.length === 0) {
      const cause =
        'No worker is connected to authentik. Changes reach the apps after minutes only, and no mail is sent.';
      return [{ ...common, status: 'fail', cause, fix }];
    }
    if (workers.some(({ version_matching }) => version_matching === false)) {
      const cause = "authentik's worker is of another release than the server. They must be the same.";
      return [{ ...common, status: 'warn', cause, fix: 'homeauth apply' }];
    }
    return [{ ...common, status: 'ok' }];
  } catch (error) {
    // Releases before 2025.8 cannot be asked; the container's own health check has to do.
    if (error instanceof Failure && error.code === 'authentik-not-found') return [];
    throw error;
  }
}
