import { ldapApps, ldapContainer } from '../config/ldap.ts';
import { stackNames } from '../desired/containers.ts';
import type { Installation } from '../installation/installation.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import { composeLabel } from '../model/label.ts';
import { backendNetwork, doorNetwork } from '../model/networks.ts';
import type { Id } from '../model/resource.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';

/** Are the names that our containers bear free, or ours already? */
export async function namesCheck({ world, config, era, layout, ledger }: Installation): Promise<Finding[]> {
  const ours = new Set((await ledger.read()).map(({ id }) => id));
  const names = [...stackNames(config, era, layout), ...ldapApps(config).map(ldapContainer)];
  const there = await world.docker.containers();
  const containers = there.filter(({ name }) => names.includes(name) && !ours.has(`container:${name}`)).map(container);
  const networks = await networksTaken(ours, world);
  if (containers.length + networks.length > 0) return [...containers, ...networks];
  return [ok({ id: 'name-taken', title: 'the names of containers and networks are free, or ours' })];
}

function container({ name, image, running, labels }: ContainerSummary): Finding {
  const project = labels[composeLabel.project];
  const what = `runs ${image}${project ? ` and belongs to the Compose project ${project}` : ''}`;
  const ended = running ? `docker stop ${name} && ` : '';
  return wrong({ id: 'name-taken', title: `the container name ${name} is free` }, 'fail', {
    problem: `There is a container ${name} already, and homeauth did not make it.`,
    why: `It ${what}. Containers find each other by that name.`,
    fix: `If you no longer need it:  ${ended}docker rename ${name} ${name}-old`,
  });
}

/** Networks of those names that Compose would refuse, and that hold who knows whom beside the database and Caddy. */
async function networksTaken(ours: ReadonlySet<Id>, { docker }: Installation['world']): Promise<Finding[]> {
  const found = await Promise.all(
    Object.entries({ [backendNetwork]: 'backend', [doorNetwork]: 'proxy' }).map(async ([name, key]) => {
      const network = ours.has(`network:${name}`) ? undefined : await docker.network(name);
      return network && !(network.project === 'authentik' && network.network === key) ? [taken(name)] : [];
    }),
  );
  return found.flat();
}

const taken = (name: string): Finding =>
  wrong({ id: 'network-taken', title: `the network name ${name} is free` }, 'fail', {
    problem: `There is a network ${name} already, and homeauth did not make it.`,
    why: `Whatever is on it would reach ${name === backendNetwork ? 'the database' : 'authentik as if it were Caddy'}.`,
    fix: `See which containers are on it, disconnect them, then:  docker network rm ${name}`,
  });
