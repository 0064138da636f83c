import { type About, type Finding, ok, wrong } from '../model/finding.ts';
import type { Busy, World } from '../world/world.ts';

/** From so many ms on an answer is slow: people wait at the login page for several of them. */
const slow = 2_500;

/** Does authentik answer soon; and if not, what is this machine busy with? `slowest`: what its slowest answer took, in ms. */
export async function slownessCheck(slowest: number, { host }: Pick<World, 'host'>, about: About): Promise<Finding[]> {
  if (slowest < slow) return [ok(about)];
  const problem = `authentik is slow: an answer took ${(slowest / 1000).toFixed(1)} s.`;
  const why = inWords(await host.busy());
  return [wrong(about, 'warn', { problem, why, fix: 'See which container takes it:  docker stats --no-stream' })];
}

function inWords({ load, cores, programs }: Busy): string {
  const most = programs.map((one) => `${one.program} (${Math.round(one.cores * 100)} % of a core)`);
  const busiest = most.length > 0 ? ` Most of it is taken by ${most.join(', ')}.` : '';
  return `The load of this machine is ${load.toFixed(1)}, on ${cores} ${cores === 1 ? 'core' : 'cores'}.${busiest}`;
}
