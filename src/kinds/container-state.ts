import type { Readiness } from '../engine/kind.ts';
import { causesIn } from '../model/cause.ts';
import type { ContainerFound } from '../model/container.ts';
import type { Reason } from '../model/reason.ts';
import type { Shown } from '../model/shown.ts';

type Found = ContainerFound['found'];

/** From so many deaths on it is no accident; Docker starts it again after each. */
const deaths = 3;
/** How long one without a health check must stay up before it counts, in ms. */
export const probation = 3000;

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
  const waits = (code: Reason['code'], says: Shown): Readiness => ({
    because: { code, says },
    ...(lastLine !== undefined && { line: lastLine }),
  });
  const isRight = health === 'healthy' || (health === 'none' && upFor >= probation);
  if (state === 'running' && isRight) return undefined;
  if (found.outOfMemory && state !== 'running') return lost('it ran out of memory');
  if (state === 'restarting' && restarts >= deaths) {
    return lost(`it has died ${restarts} times, ${ending(exitCode)}`);
  }
  if (state === 'restarting') return waits('dead', `it died, ${ending(exitCode)}, and is being started again`);
  if (state !== 'running') return exitCode === 0 ? waits('stopped', 'stopped') : lost(`it died, ${ending(exitCode)}`);
  if (upFor >= settled && causesIn(lastLine ?? '').some(({ lasting }) => lasting)) {
    return lost(`it cannot go on, and says: ${lastLine}`);
  }
  if (health === 'none') return waits('starting', 'just started');
  const isStarting = health === 'starting' || upFor < startTime;
  return isStarting ? waits('starting', 'starting') : waits('unhealthy', 'its health check fails');
}

const lost = (says: Shown): Readiness => ({ because: { code: 'dead', says }, isLost: true });

const ending = (exitCode: number) => `the last time with exit code ${exitCode}`;
