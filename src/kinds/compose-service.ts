import { dirname } from 'node:path/posix';
import type { Kind } from '../engine/kind.ts';
import { shellWords } from '../formats/words.ts';
import {
  type ComposeService,
  type ComposeServiceFound,
  type ComposeServiceSpec,
  composeKey,
  partsOfComposeKey,
} from '../model/compose-service.ts';
import type { Failure } from '../model/failure.ts';
import { revisionVariable } from '../model/label.ts';
import { differs, type Reason } from '../model/reason.ts';
import { reveal } from '../model/secret.ts';
import { clause } from '../model/shown.ts';
import type { World } from '../world/world.ts';
import { composeCommand } from './compose-command.ts';
import { containerOf, nowOf, serviceOf } from './compose-found.ts';
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

  // The files of homeauth may not be there yet.
  async rehearse(want, world) {
    const refusal = await refusalNow(want, world);
    if (refusal) throw refusal;
  },

  async apply(key, want, world, have) {
    if (!want) return;
    const { files } = world;
    const known = await serviceOf(want, world);
    if (want.letGo) {
      if (known && have?.revision && !(await whyLeft(want, have, world))) await up(known, world);
      return void (await files.remove(want.begun));
    }
    if (!known) return;
    const service = { ...known, files: [...known.files, want.override] };
    const refusal = await refusalWith(service, want, world, want);
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
    const [directory, service] = partsOfComposeKey(key);
    return `Look at its log, then run the same command again:  cd ${shellWords([directory])} && docker compose logs --tail 50 ${service}`;
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

/** With what its files say now. In the override file its owner may have lines of their own. */
async function refusalNow(want: ComposeServiceSpec, world: World): Promise<Failure | undefined> {
  const known = await serviceOf(want, world);
  if (!known) return undefined;
  const ours = await Promise.all([want.override, want.envFile].map((path) => world.files.stat(path)));
  const files = ours.every(Boolean) ? [want.override] : [];
  return refusalWith({ ...known, files: [...known.files, ...files] }, want, world);
}

async function refusalWith(
  service: ComposeService,
  at: ComposeServiceSpec,
  world: World,
  want?: ComposeServiceSpec,
): Promise<Failure | undefined> {
  const now = await nowOf(composeKey(at.override, at.service), world);
  return refusalOf(await world.docker.composeConfig(service), service, now, want);
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
  const known = await serviceOf(want, world);
  const then = known ? `${composeCommand(known)} up -d ${service}` : `docker compose up -d ${service} in that folder`;
  if (await world.files.stat(override)) {
    const says = `${override} stays, so homeauth did not run Compose. Where the app has left homeauth, take its lines out of that file. Then:  ${then}`;
    return { code: 'left', of: override, says };
  }
  if (unseen) {
    const says = `it does not run, so homeauth did not make it anew, and it may not start as it is. To start it:  ${then}`;
    return { code: 'left', of: override, says };
  }
  const refusal = await refusalNow(want, world);
  if (!refusal) return undefined;
  const says = `${clause(refusal.problem)}, so homeauth did not run Compose in ${dirname(override)}, and it still runs with what homeauth told it. Put that right. Then:  ${then}`;
  return { code: 'left', of: override, says };
}
