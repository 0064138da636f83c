import { stackNames } from '../../desired/containers.ts';
import { backendNetwork } from '../../desired/layout.ts';
import type { Finding } from '../../model/finding.ts';
import { composeLabel } from '../../model/label.ts';
import type { Id } from '../../model/resource.ts';
import type { ContainerSummary } from '../../world/docker/docker.ts';
import type { Installation } from '../installation.ts';

/** Are the names that our containers bear free, or ours already? */
export async function namesCheck({ world, config, era, layout, ledger }: Installation): Promise<Finding[]> {
  const ours = new Set((await ledger.read()).map(({ id }) => id));
  const names = stackNames(config, era, layout);
  const there = await world.docker.containers();
  const taken = there.filter(({ name }) => names.includes(name) && !ours.has(`container:${name}`)).map(container);
  const network = await networkTaken(ours, world);
  if (taken.length + network.length > 0) return [...taken, ...network];
  return [{ id: 'name-taken', status: 'ok', title: 'the names of containers and networks are free, or ours' }];
}

function container({ name, image, running, labels }: ContainerSummary): Finding {
  const project = labels[composeLabel.project];
  const what = `runs ${image}${project ? ` and belongs to the Compose project ${project}` : ''}`;
  const ended = running ? `docker stop ${name} && ` : '';
  return {
    id: 'name-taken',
    status: 'fail',
    title: `the container name ${name} is free`,
    cause: `There is a container ${name} already, and homeauth did not make it. It ${what}. Containers find each other by that name.`,
    fix: `If it is of no use any more:  ${ended}docker rename ${name} ${name}-old`,
  };
}

/** A network of that name that Compose would refuse, and that holds who knows whom beside the database. */
async function networkTaken(ours: ReadonlySet<Id>, { docker }: Installation['world']): Promise<Finding[]> {
  const network = ours.has(`network:${backendNetwork}`) ? undefined : await docker.network(backendNetwork);
  if (!network || (network.project === 'authentik' && network.network === 'backend')) return [];
  return [
    {
      id: 'network-taken',
      status: 'fail',
      title: `the network name ${backendNetwork} is free`,
      cause: `There is a network ${backendNetwork} already, and homeauth did not make it. Whatever is on it would reach the database.`,
      fix: `See who is on it, take them off, then:  docker network rm ${backendNetwork}`,
    },
  ];
}
