import { Failure } from '../../model/failure.ts';
import type { Authentik } from '../../world/authentik/api.ts';
import type { World } from '../../world/world.ts';
import type { Surroundings } from '../surroundings.ts';
import { within } from './check.ts';

/** How long one look at something that may hang can take, in ms. */
const limit = 2_500;

/** The same world for somebody who only looks: what does not answer soon is told as not answering. */
export function impatient(world: World): World {
  const { http, host, authentik } = world;
  return {
    ...world,
    http: { dial: (request) => http.dial({ ...request, timeout: Math.min(request.timeout ?? limit, limit) }) },
    host: { ...host, resolve: (name) => within(limit, host.resolve(name), () => []) },
    authentik: soon(authentik),
  };
}

/** Connections to authentik that do not outlive the command by much. */
export const quick = (surroundings: Surroundings): Surroundings => ({
  ...surroundings,
  connect: (options) => surroundings.connect({ ...options, timeout: limit }),
});

function soon(authentik: Authentik): Authentik {
  const because = `authentik gave no answer within ${limit / 1000} s`;
  const silent = (): never => {
    throw new Failure({
      code: 'authentik-unreachable',
      problem: `${because}.`,
      fix: 'See what it does: docker logs --tail 50 authentik',
    });
  };
  return {
    ...authentik,
    reach: (how) => within(limit, authentik.reach(how), () => ({ is: 'starting', because })),
    setup: () => within(limit, authentik.setup(), () => 'unknown'),
    list: (collection, how) => within(limit, authentik.list(collection, how), silent),
    get: (path, query) => within(limit, authentik.get(path, query), silent),
  };
}
