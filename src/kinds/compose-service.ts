import { dirname } from 'node:path/posix';
import type { Kind } from '../engine/kind.ts';
import type { ComposeService, ComposeServiceFound, ComposeServiceSpec } from '../model/compose-service.ts';
import type { Failure } from '../model/failure.ts';
import { composeLabel, revisionVariable } from '../model/label.ts';
import { differs, type Reason } from '../model/reason.ts';
import { reveal } from '../model/secret.ts';
import { clause } from '../model/shown.ts';
import type { ContainerDetails } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import { notStayed, refusalOf, upFailed } from './compose-refused.ts';
import { containerReady, isUp, probation, startTime } from './container-state.ts';
import { explainContainer, lastWord } from './container-story.ts';

/**
 * The container of an app in its owner's Compose project, as far as what homeauth tells it counts only once it is made
 * anew. key: `DIRECTORY:SERVICE`. Its owner has said that homeauth may run `docker compose up -d` for it. One that they
 * have stopped stays so.
 */
export const composeServiceKind: Kind<ComposeServiceSpec, ComposeServiceFound> = {
  told: { noun: 'Compose service', heading: 'made anew', many: 'made anew', note: 'docker compose up -d' },
  outlivesOurs: true,
  unwanted: {
    code: 'unwanted',
    says: 'made anew without what homeauth told it (docker compose up -d); its data stays',
    reads: 'is',
  },
  readyIfTouched: true,

  async observe(key, world, want) {
    const container = await containerOf(key, world);
    if (!want && !container) return { is: 'absent' };
    const begun = want && (await world.files.read(want.begun)) !== undefined;
    const { environment = {}, mounts = [], found } = container ?? {};
    const names = Object.entries(want?.environment ?? {}).filter(
      ([name, value]) => environment[name] !== reveal(value),
    );
    const revision = environment[revisionVariable];
    const lastLine =
      found && containerReady(found) && container ? await lastWord(container.name, world.docker) : undefined;
    return {
      is: 'present',
      spec: {
        lacks: names.map(([name]) => name),
        ...(revision !== undefined && { revision }),
        targets: mounts.map(({ target }) => target),
        ...(begun && { begun }),
        ...(!(found && isUp(found)) && { unseen: true as const }),
        ...(found && { found: { ...found, ...(lastLine !== undefined && { lastLine }) } }),
      },
    };
  },

  differs(want, { lacks, revision, targets, begun, unseen }) {
    if (begun) return [differs('container', 'homeauth began to make it anew, and did not get to the end')];
    if (unseen) return [];
    const missing = want.mounts.filter(({ target }) => !targets.includes(target));
    return [
      ...(revision === reveal(want.environment[revisionVariable] ?? '') ? [] : [madeBefore(lacks)]),
      ...missing.map(({ target }) => differs('mounts', `${target}: not mounted yet`)),
    ];
  },

  // Those of homeauth may not be there yet.
  async rehearse(want, world) {
    const refusal = await refusalNow(want, world);
    if (refusal) throw refusal;
  },

  async apply(key, want, world, have) {
    if (!want) return;
    const { docker, files } = world;
    const known = await serviceOf(want, world);
    if (want.letGo) {
      if (known && have?.revision && !(await whyLeft(want, have, world))) await up(known, world);
      return void (await files.remove(want.begun));
    }
    if (!known) return;
    const service = { ...known, files: [...known.files, want.override] };
    const { environment = {} } = (await containerOf(key, world)) ?? {};
    const refusal = refusalOf(await docker.composeConfig(service), service, environment, want);
    if (refusal) throw refusal;
    await files.write(want.begun, JSON.stringify(known), 0o600);
    await up(service, world);
    await staysUp(key, service, world);
    await files.remove(want.begun);
  },

  release: (ours) => ({ ...ours, letGo: true }),

  keeps: async (ours, have, world) => (have.revision === undefined ? undefined : whyLeft(ours, have, world)),

  ready: ({ found }) => found && containerReady(found),

  patience: startTime,

  async wait(key, world, ms) {
    const container = await containerOf(key, world);
    await (container ? world.docker.change([container.name], ms) : world.clock.sleep(ms));
  },

  async explain(key, world) {
    const container = await containerOf(key, world);
    return container && explainContainer(container.name, world.docker);
  },

  hint: (key) => {
    const [directory, service] = partsOf(key);
    return `Look at its log, then run the same command again:  cd ${directory} && docker compose logs --tail 50 ${service}`;
  },
};

/** As many names as are told. */
const few = 3;

/** By name, and never by value. One that is only no longer wanted has no name here. */
function madeBefore(lacks: readonly string[]): Reason {
  const names = lacks.filter((name) => name !== revisionVariable);
  const more = names.length > few ? ` and ${names.length - few} more` : '';
  const says =
    names.length > 0
      ? `${names.slice(0, few).join(', ')}${more}: not in the container yet`
      : 'made before its variables or the authority changed';
  return differs('environment', says);
}

function partsOf(key: string): [directory: string, service: string] {
  const at = key.lastIndexOf(':');
  return [key.slice(0, at), key.slice(at + 1)];
}

const keyOf = ({ override, service }: Pick<ComposeServiceSpec, 'override' | 'service'>): string =>
  `${dirname(override)}:${service}`;

/** One that runs goes before one that does not. */
async function containerOf(key: string, { docker }: Pick<World, 'docker'>): Promise<ContainerDetails | undefined> {
  const [directory, service] = partsOf(key);
  const all = (await docker.containers()).filter(
    ({ labels }) =>
      listed(labels, composeLabel.file).some((file) => dirname(file) === directory) &&
      labels[composeLabel.service] === service &&
      labels[composeLabel.oneoff] !== 'True',
  );
  const found = all.find(({ running }) => running) ?? all[0];
  return found && docker.container(found.name);
}

/** How Compose was told of it the last time, without the override file; while there is no container, as homeauth has noted it. */
async function serviceOf(
  { override, service: name, begun }: ComposeServiceSpec,
  world: Pick<World, 'docker' | 'files'>,
): Promise<ComposeService | undefined> {
  const { labels } = (await containerOf(keyOf({ override, service: name }), world)) ?? {};
  if (!labels) {
    const noted = await world.files.read(begun);
    return noted === undefined ? undefined : (JSON.parse(noted) as ComposeService);
  }
  return {
    name,
    project: labels[composeLabel.project] ?? '',
    directory: labels[composeLabel.directory] ?? dirname(override),
    files: listed(labels, composeLabel.file).filter((file) => file !== override),
    environmentFiles: listed(labels, composeLabel.environmentFile),
  };
}

const listed = (labels: ContainerDetails['labels'], label: string): readonly string[] =>
  (labels[label] ?? '').split(',').filter((one) => one !== '');

/** With what its files say now, without the override file. */
async function refusalNow(want: ComposeServiceSpec, world: World): Promise<Failure | undefined> {
  const known = await serviceOf(want, world);
  const { environment = {} } = (await containerOf(keyOf(want), world)) ?? {};
  return known && refusalOf(await world.docker.composeConfig(known), known, environment);
}

async function up(service: ComposeService, { docker }: Pick<World, 'docker'>): Promise<void> {
  const said = await docker.composeUp(service);
  if (said) throw upFailed(service, said);
}

/**
 * An app that does not like what it is told ends at once: then the next run begins anew. How long it takes to be well is
 * waited for afterwards. @throws Failure compose-up-failed
 */
async function staysUp(key: string, service: ComposeService, world: World): Promise<void> {
  for (;;) {
    const container = await containerOf(key, world);
    const readiness = container && containerReady(container.found);
    if (!readiness) return;
    if (readiness.isLost || !isUp(container.found))
      throw notStayed(service, readiness.because, await explainContainer(container.name, world.docker));
    if ((container.found.upFor ?? 0) >= probation) return;
    await world.clock.sleep(1000);
  }
}

/** Why its owner has to run Compose to be rid of what homeauth told it. */
async function whyLeft(
  want: ComposeServiceSpec,
  { unseen }: ComposeServiceFound,
  world: World,
): Promise<Reason | undefined> {
  const { override, service } = want;
  const then = `in that folder: docker compose up -d ${service}`;
  if (await world.files.stat(override)) {
    const says = `${override} stays, so homeauth did not run Compose. Where the app has left homeauth, take its lines out of that file, then, ${then}`;
    return { code: 'left', of: override, says };
  }
  if (unseen) {
    const says = `it does not run, so homeauth did not make it anew, and it may not start as it is. To start it, in ${dirname(override)}: docker compose up -d ${service}`;
    return { code: 'left', of: override, says };
  }
  const refusal = await refusalNow(want, world);
  if (!refusal) return undefined;
  const says = `${clause(refusal.problem)}, so homeauth did not run Compose in ${dirname(override)}, and it still runs with what homeauth told it. Put that right, then, ${then}`;
  return { code: 'left', of: override, says };
}
