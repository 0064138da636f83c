import { stackProject } from '../desired/layout.ts';
import type { Installation } from '../installation/installation.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import { imagePath } from '../model/image-name.ts';
import { composeLabel } from '../model/label.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';

/** Under which names authentik's server was published. */
const published = new Set(['goauthentik/server', 'beryju/authentik']);

/**
 * An authentik of the owner's, under whatever name; and a Compose project of theirs that is called as ours is, whose
 * `docker compose up --remove-orphans` would take our containers away.
 */
export async function otherAuthentikCheck({ world, layout, ledger }: Installation): Promise<Finding[]> {
  const ours = new Set<string>((await ledger.read()).map(({ id }) => id));
  const theirs = (await world.docker.containers()).filter(({ name }) => !ours.has(`container:${name}`));
  const isNew = ![...ours].some((id) => id.startsWith('container:'));
  const servers = theirs.filter(({ image, running }) => running && published.has(imagePath(image)));
  const clash = theirs.find(
    ({ labels }) => labels[composeLabel.project] === stackProject && labels[composeLabel.directory] !== layout.root,
  );
  const found = [
    ...servers.slice(0, 1).map((server) => otherServer(server, isNew)),
    ...(clash ? [projectTaken(clash)] : []),
  ];
  return found.length > 0 ? found : [ok({ id: 'other-authentik', title: 'no other authentik is on this server' })];
}

function otherServer({ name, image, labels, ports }: ContainerSummary, isNew: boolean): Finding {
  const directory = labels[composeLabel.directory];
  const port = ports.find(({ address }) => address !== '')?.port;
  const at = [
    directory && `its Compose project is in ${directory}`,
    port !== undefined && `it answers on port ${port}`,
  ].filter(Boolean);
  return wrong({ id: 'other-authentik', title: 'no other authentik is on this server' }, isNew ? 'fail' : 'warn', {
    problem: `An authentik is on this server already, in the container ${name} (${image}).`,
    why: `${at.length > 0 ? `${capital(at.join('; '))}. ` : ''}homeauth would set up a second one beside it, with none of its users. It cannot take one over yet.`,
    fix: `To keep using it, set up nothing here. If you no longer need it, stop it, then run the command again:  ${directory ? `cd ${directory} && docker compose stop` : `docker stop ${name}`}`,
  });
}

function projectTaken({ name, labels }: ContainerSummary): Finding {
  const directory = labels[composeLabel.directory] ?? 'another directory';
  return wrong({ id: 'project-taken', title: `the Compose project name ${stackProject} is free, or ours` }, 'fail', {
    problem: `The container ${name} belongs to a Compose project called ${stackProject} in ${directory}.`,
    why: `homeauth's project has that name, too: "docker compose up --remove-orphans" there would remove homeauth's containers.`,
    fix: `Give that project another name, with the line  name: ${stackProject}-old  at the top of its compose file; then:  docker rm --force ${name} && cd ${directory} && docker compose up -d`,
  });
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
