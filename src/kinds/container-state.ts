import type { Readiness } from '../engine/kind.ts';
import { causesIn } from '../model/cause.ts';
import type { ContainerSpec } from '../model/container.ts';

type Found = NonNullable<ContainerSpec['found']>;

/** From so many deaths on it is no accident; Docker starts it again after each. */
const deaths = 3;
/** How long one without a health check must stay up before it counts, in ms. */
const probation = 3000;

/**
 * How long a container may take to start, in ms. authentik migrates its database for minutes on a small machine, and
 * Docker calls it unhealthy meanwhile; one that fails is noticed long before.
 */
export const startTime = 600_000;

/** From so long after its start on, its last line is of this start and not of one before, in ms. */
const settled = 10_000;

/** It runs, or Docker is about to start it again. */
export const isUp = ({ state }: Found): boolean => state === 'running' || state === 'restarting';

/** What a container still waits for, or why it never will be ready. Pure. */
export function containerReady(found: Found): Readiness | undefined {
  const { state, health, exitCode, restarts, lastLine, upFor = probation } = found;
  const line = lastLine === undefined ? {} : { line: lastLine };
  const isRight = health === 'healthy' || (health === 'none' && upFor >= probation);
  if (state === 'running' && isRight) return undefined;
  if (found.outOfMemory && state !== 'running') return { failed: 'it ran out of memory' };
  if (state === 'restarting' && restarts >= deaths) {
    return { failed: `it has died ${restarts} times, ${ending(exitCode)}` };
  }
  if (state === 'restarting') return { waits: `it died, ${ending(exitCode)}, and is being started again`, ...line };
  if (state !== 'running')
    return exitCode === 0 ? { waits: 'stopped', ...line } : { failed: `it died, ${ending(exitCode)}` };
  if (upFor >= settled && causesIn(lastLine ?? '').some(({ lasting }) => lasting)) {
    return { failed: `it cannot go on, and says: ${lastLine}` };
  }
  if (health === 'none') return { waits: 'just started', isStarting: true, ...line };
  const isStarting = health === 'starting' || upFor < startTime;
  return isStarting ? { waits: 'starting', isStarting, ...line } : { waits: 'its health check fails', ...line };
}

const ending = (exitCode: number) => `the last time with exit code ${exitCode}`;
