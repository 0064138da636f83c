import type { Kind } from '../engine/kind.ts';
import type { Attachment, ContainerDefinition, ContainerFound, ContainerSpec } from '../model/container.ts';
import { partsOf, pinnedName } from '../model/image-name.ts';
import { composeLabel } from '../model/label.ts';
import { differs, type Reason } from '../model/reason.ts';
import type { ContainerDetails, Docker } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import { containerReady, isUp, startTime } from './container-state.ts';
import { explainContainer, lastWord } from './container-story.ts';

/** A container with all that it is made from. Another definition means another container; its data lies outside. */
export const containerKind: Kind<ContainerSpec, ContainerFound> = {
  told: { noun: 'container' },

  async observe(key, world, want) {
    const { docker } = world;
    const seen = await docker.container(key);
    if (!seen) return { is: 'absent' };
    if (seen.found.state === 'removing') {
      return { is: 'unknown', because: { code: 'removing', of: key, says: `${key} is being removed` } };
    }
    const details = (await hasAnswered(seen, want, world)) ? withHealth(seen, 'healthy') : seen;
    const lastLine = containerReady(details.found) ? await lastWord(key, docker) : undefined;
    return { is: 'present', spec: specOf(details, lastLine) };
  },

  differs(want, have) {
    const definition = have.revision === want.revision ? [] : [changed(want.definition, have.definition)];
    const image = otherImage(want.definition, have.definition) ?? definition;
    const networks = missingNetworks(want, have).map(({ name }) => isNot('networks', `not on ${name}`));
    const names = nameless(want, have).map(({ name, aliases = [] }) =>
      isNot('aliases', `not called ${aliases.join(', ')} on ${name}`),
    );
    return [...image, ...networks, ...names, ...(have.found && !isUp(have.found) ? [stopped(have.found.state)] : [])];
  },

  async apply(key, want, { docker }, have) {
    if (!want) return docker.remove(key);
    if (have && isSame(want, have) && isResumable(have)) return resume(key, want, have, docker);
    if (have) await docker.remove(key);
    const { definition, secretEnvironment, revision } = want;
    const configHash = (await docker.composeHashes(definition.project.file))?.[definition.service];
    const environment = { ...secretEnvironment, ...definition.environment };
    await docker.run({ name: key, definition, environment, revision, ...(configHash && { configHash }) });
  },

  // What the ledger kept of somebody else's container tells what it was, and not the secrets it was made with.
  giveBack: (key, { docker }) => docker.remove(key),

  ready: ({ found }) => containerReady(found),

  patience: startTime,

  wait: (key, { docker }, ms) => docker.change([key], ms),

  explain: (key, { docker }) => explainContainer(key, docker),

  hint: (key) => `Look at its log, then run the same command again:  docker logs --tail 50 ${key}`,
};

/** Whether it does what it is there for, although Docker has not seen that yet. */
async function hasAnswered(
  { found }: ContainerDetails,
  want: ContainerSpec | undefined,
  { authentik }: World,
): Promise<boolean> {
  if (want?.answers === undefined || found.state !== 'running' || found.health === 'healthy') return false;
  return (await authentik.reach('fresh')).is === 'ready';
}

const withHealth = (details: ContainerDetails, health: 'healthy'): ContainerDetails => ({
  ...details,
  found: { ...details.found, health },
});

/** A command of ours that differs is told: it is what the user reads of a limit that was raised. */
function changed(want: ContainerDefinition, have: ContainerDefinition): Reason {
  const to = want.command?.join(' ');
  return to === undefined || to === have.command?.join(' ')
    ? differs('definition', 'definition changed')
    : differs('command', `restarts, now as ${to}`);
}

/** Another name, or another image by the same name. One that was made by its name alone is as good as any. */
function otherImage(want: ContainerDefinition, have: ContainerDefinition): Reason[] | undefined {
  if (want.image !== have.image) return [differs('image', `image ${have.image} → ${want.image}`)];
  const isKnown = want.digest !== undefined && have.digest !== undefined;
  return isKnown && want.digest !== have.digest
    ? [differs('image', `image ${pinnedName(have)} → ${pinnedName(want)}`)]
    : undefined;
}

const missingNetworks = (want: ContainerSpec, have: ContainerFound): Attachment[] =>
  want.definition.networks.filter(({ name }) => !have.found.networks.includes(name));

/** Networks that it is on, and where nobody finds it by a name that it should have there. */
const nameless = (want: ContainerSpec, { found }: ContainerFound): Attachment[] =>
  want.definition.networks.filter(
    ({ name, aliases = [] }) =>
      found.networks.includes(name) && !aliases.every((alias) => found.aliases?.[name]?.includes(alias)),
  );

const isSame = (want: ContainerSpec, have: ContainerSpec) =>
  have.revision === want.revision && !otherImage(want.definition, have.definition);

/** It can go on from where it is. A paused or dead one cannot be started. */
const isResumable = ({ found }: ContainerFound) => !['paused', 'dead'].includes(found.state);

const isNot = (of: string, says: string): Reason => ({ ...differs(of, says), reads: 'is' });

const stopped = (state: string): Reason => ({
  code: 'stopped',
  says: `is ${state === 'paused' ? 'paused' : 'stopped'}`,
  reads: 'itself',
});

async function resume(key: string, want: ContainerSpec, have: ContainerFound, docker: Docker): Promise<void> {
  const { service } = want.definition;
  const anew = nameless(want, have);
  for (const { name } of anew) await docker.disconnect(key, name);
  for (const { name, aliases = [] } of [...missingNetworks(want, have), ...anew]) {
    await docker.connect(key, name, [service, ...aliases]);
  }
  if (!isUp(have.found)) await docker.start(key);
}

/** What was found, as far as it can be told. Its environment is left out: nothing compares it, and it holds secrets. */
function specOf({ labels, revision, found, ...details }: ContainerDetails, lastLine?: string): ContainerFound {
  const definition: ContainerDefinition = {
    project: {
      name: labels[composeLabel.project] ?? '',
      directory: labels[composeLabel.directory] ?? '',
      file: labels[composeLabel.file] ?? '',
    },
    service: labels[composeLabel.service] ?? details.name,
    ...partsOf(details.image),
    command: details.argv,
    mounts: details.mounts.map(({ source, target, readOnly }) => ({ source, target, ...(readOnly && { readOnly }) })),
    networks: details.networks.map((name) => ({ name, key: name })),
  };
  return {
    definition,
    secretEnvironment: {},
    revision: revision ?? '',
    found: { ...found, ...(lastLine !== undefined && { lastLine }) },
  };
}
