import type { Runtime } from '../installation/command-runtime.ts';
import { Failure } from '../model/failure.ts';
import { within } from '../verify/check.ts';
import type { Authentik, Reach } from '../world/authentik/api.ts';
import type { World } from '../world/world.ts';

/** How long a name or a page may take, in ms. */
const limit = 2_500;
/** How long a request to authentik may stay without a sign of life, in ms. */
const silence = 3_000;
/** How long authentik may take where it lives and is busy, in ms: a slow answer is worth more than none. */
const busyLimit = 30_000;

/** The time that the slowest answer of authentik took, in ms. */
export interface Slowest {
  ms: number;
}

/**
 * The same world for somebody who only looks: what does not answer soon is told as not answering. A slow authentik is
 * waited for, and so is what goes through it once that is known.
 */
export function impatient(world: World, slowest: Slowest): World {
  const { http, host, authentik } = world;
  return {
    ...world,
    http: {
      dial: (request) => http.dial({ ...request, timeout: Math.min(request.timeout ?? 10_000, pageLimit(slowest)) }),
    },
    host: { ...host, resolve: (name) => within(limit, host.resolve(name), () => []) },
    authentik: soon(authentik, slowest),
  };
}

const pageLimit = ({ ms }: Slowest): number => Math.max(limit, 3 * ms);

/** Connections to authentik that do not outlive the command by much. */
export const quick = (runtime: Runtime): Runtime => ({
  ...runtime,
  connect: (options) => runtime.connect({ ...options, timeout: silence }),
});

function soon(authentik: Authentik, slowest: Slowest): Authentik {
  const says = `authentik gave no answer within ${busyLimit / 1000} s`;
  const because = { code: 'late', of: 'authentik', says } as const;
  const silent = (): never => {
    throw new Failure({
      code: 'authentik-unreachable',
      problem: `${says}.`,
      fix: 'See what it does: docker logs --tail 50 authentik',
      because,
    });
  };
  // What never came is no slow answer.
  const timed = async <T>(work: Promise<T>, otherwise: () => T, came: (found: T) => boolean = () => true) => {
    const began = performance.now();
    const found = await within(busyLimit, work, otherwise);
    if (came(found)) slowest.ms = Math.max(slowest.ms, performance.now() - began);
    return found;
  };
  let reached: Promise<Reach> | undefined;
  return {
    ...authentik,
    // Whether it answers is asked once: whoever asks next would wait for the same silence.
    reach(how) {
      reached ??= timed<Reach>(
        authentik.reach(how),
        () => ({ is: 'starting', because }),
        ({ is }) => is === 'ready',
      );
      return reached;
    },
    setup: () =>
      timed(
        authentik.setup(),
        () => 'unknown' as const,
        (found) => found !== 'unknown',
      ),
    list: (collection, how) => timed(authentik.list(collection, how), silent),
    get: (path, query) => timed(authentik.get(path, query), silent),
  };
}
