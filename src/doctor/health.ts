import { ldapApps, ldapContainer } from '../config/ldap.ts';
import { stackNames } from '../desired/containers.ts';
import type { Installation } from '../installation/installation.ts';
import { containerReady } from '../kinds/container-state.ts';
import { explainContainer } from '../kinds/container-story.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';

/** Are the containers that run well? One that does not run, or is missing, the plan tells. */
export async function healthCheck({ world, config, era, layout }: Installation): Promise<Finding[]> {
  const names = [...stackNames(config, era, layout), ...ldapApps(config).map(ldapContainer)];
  const found = await Promise.all(names.map((name) => health(name, world)));
  return found.flat();
}

async function health(name: string, { docker }: Installation['world']): Promise<Finding[]> {
  const details = await docker.container(name);
  if (!details || !['running', 'restarting'].includes(details.found.state)) return [];
  const common = { id: 'container-health', thing: `container:${name}`, title: `container ${name} is healthy` } as const;
  const readiness = containerReady(details.found);
  if (!readiness) return [ok(common)];
  const fix = `docker logs --tail 50 ${name}`;
  if (readiness.because.code === 'starting') {
    return [wrong(common, 'warn', { problem: `container ${name} is still starting.`, fix })];
  }
  const story = await explainContainer(name, docker);
  const problem = `container ${name} is not healthy: ${readiness.because.says}.`;
  return [wrong(common, 'fail', { problem, fix, ...story })];
}
