import { join } from 'node:path/posix';
import type { Config } from '../config/config.ts';
import { stagesOf } from '../desired/desired-state.ts';
import type { Facts } from '../desired/facts.ts';
import { converge } from '../engine/converge.ts';
import { notOurs } from '../engine/errors.ts';
import { observeAll, plan, rehearse, wanted, withoutGone } from '../engine/plan.ts';
import type { Progress, Run } from '../engine/run.ts';
import { assertSpeakable } from '../installation/assert-possible.ts';
import { sweepOnTheWay } from '../installation/backups.ts';
import { databaseTrouble } from '../installation/database.ts';
import { type Edit, type Installation, reopened } from '../installation/installation.ts';
import { hold } from '../installation/lock.ts';
import { keep, type Pins } from '../installation/pins.ts';
import { survey } from '../installation/survey.ts';
import { knownEra } from '../installation/wanted-release.ts';
import { kinds } from '../kinds/index.ts';
import { databaseContainer } from '../kinds/role.ts';
import type { Change } from '../model/change.ts';
import { Failure } from '../model/failure.ts';
import type { Id, Resource } from '../model/resource.ts';
import type { Secret } from '../model/secret.ts';
import { removeFormer, restoringFile } from './backup/contents.ts';
import { sweep } from './backup/drill-stack.ts';
import { followRenamed } from './renamed-container.ts';
import { assertNotRotating } from './rotate/rotation.ts';
import { unschedule } from './schedule.ts';
import { assertStep } from './upgrade/assert-step.ts';

/** What only the command at hand knows, and no file says. */
export interface Wishes {
  readonly firstPassword?: Secret;
  /** Nobody gave one: make one, and leave it in a file. */
  readonly makePassword?: boolean;
  readonly cloudflareToken?: Secret;
  /** Things that may be overwritten although homeauth did not make them: the user has said so. */
  readonly mayTake?: (id: Id) => boolean;
  /** Images that are to be others than they are: digests by name. */
  readonly pins?: Pins;
  /** What the command changes in homeauth.yaml. */
  readonly edit?: Edit;
  readonly exchange?: Exchange;
  /** A part of an upgrade: what is to run, whatever homeauth.yaml says until that has succeeded. */
  readonly step?: { readonly release: string; readonly until?: 'database' };
}

/** Secrets that change with what runs. */
export interface Exchange {
  /** Once nothing is refused, and before anything else is changed. */
  make(installation: Installation): Promise<void>;
  /** Once everything runs with the new ones. */
  settle?(installation: Installation): Promise<void>;
}

export interface Done {
  /** As it was carried out: homeauth.yaml is read again once nobody else may change it. */
  readonly installation: Installation;
  readonly changes: readonly Change[];
}

export interface Planned {
  readonly want: readonly Resource[];
  readonly changes: readonly Change[];
  /** How many things are as they should be. */
  readonly right: number;
  /** Why some of it cannot be judged, where that is known and would stop whoever carries it out. */
  readonly trouble?: Failure;
}

/** What would change. Looks, and writes nothing. @throws Failure where the release does not follow what runs */
export async function planChanges(installation: Installation, wishes: Wishes = {}): Promise<Planned> {
  if (!wishes.step) await assertStep(installation);
  const facts = await factsFor(installation, wishes);
  const want = wanted(stages(installation, wishes), facts);
  const seen = await observeAll(want, kinds, installation.world);
  const all = plan(kinds, want, seen, await installation.ledger.read());
  const told = all.filter(({ op }) => op !== 'keep');
  const changes = await withoutGone(told, kinds, installation.world);
  const wrong = new Set(changes.map(({ id }) => id));
  const right = [...seen.keys()].filter((id) => !wrong.has(id)).length;
  const restarts = changes.some(({ id }) => id === `container:${databaseContainer}`);
  const isStopped = !restarts && changes.some(({ op }) => op === 'later');
  const trouble = isStopped ? await databaseTrouble(installation.world.docker) : undefined;
  return { want, changes, right, ...(trouble && { trouble }) };
}

/** Make everything as it should be, alone, and say what was changed. */
export function reconcile(
  before: Installation,
  command: string,
  progress: (event: Progress) => void,
  wishes: Wishes = {},
): Promise<Done> {
  return hold(before, command, async () => {
    await assertNotRestoring(before);
    // Whoever exchanges secrets finishes what a run before has begun.
    if (!wishes.exchange) await assertNotRotating(before);
    await sweep(before);
    await sweepOnTheWay(before);
    const installation = await asWished(before, wishes);
    const mayTake = wishes.mayTake ?? (() => false);
    // Known before the first write: a refusal half-way would leave a half-changed tree of somebody else's.
    const first = await planChanges(installation, wishes);
    const isRenamed = await followRenamed(installation, first.want);
    const { changes: all, want, trouble } = isRenamed ? await planChanges(installation, wishes) : first;
    const foreign = all.find(({ op, id }) => op === 'take' && !mayTake(id));
    if (foreign) throw notOurs(kinds, foreign);
    if (trouble) throw trouble;
    await rehearse(want, all, kinds, installation.world);
    await wishes.exchange?.make(installation);
    // What has opened the API once is proven, also while authentik restarts and opens nothing.
    let isProven = false;
    const run: Run<Facts> = {
      ...common(installation, progress),
      partial: wishes.step?.until !== undefined,
      stages: stages(installation, wishes),
      async survey() {
        const facts = await factsFor(installation, wishes);
        isProven ||= facts.phase === 'running';
        return isProven ? { ...facts, phase: 'running' } : facts;
      },
      mayTake,
    };
    const changes = (await converge(run)).filter(({ op }) => op !== 'keep');
    // Everything of the new ones runs: until here the former ones are what a next run would go back to.
    if (wishes.pins) await keep(wishes.pins, installation.ledger);
    await wishes.exchange?.settle?.(installation);
    return { installation, changes };
  });
}

/** @throws Failure restore-unfinished while half of it is of another day */
export async function assertNotRestoring({ world, layout }: Installation): Promise<void> {
  const text = await world.files.read(join(layout.root, restoringFile));
  if (text === undefined) return;
  throw new Failure({
    code: 'restore-unfinished',
    problem: 'A restore was interrupted, and half of this installation is from the copy.',
    fix: `Run it again to finish it: homeauth restore ${JSON.parse(text).copy}`,
  });
}

/** What `undone` would do. */
export async function planRemoval({ ledger }: Installation, purge: boolean): Promise<readonly Change[]> {
  return plan(kinds, [], new Map(), await ledger.read(), purge);
}

/** Converge to nothing: what homeauth made goes, what it changed becomes as it was, data stays unless purged. */
export function removeAll(
  installation: Installation,
  progress: (event: Progress) => void,
  purge: boolean,
): Promise<readonly Change[]> {
  const run: Run<undefined> = {
    ...common(installation, progress),
    stages: [],
    survey: async () => undefined,
    mayTake: () => false,
    purge,
  };
  return hold(installation, 'uninstall', async () => {
    await sweep(installation);
    await sweepOnTheWay(installation);
    await unschedule(installation.world);
    if (purge) await removeFormer(installation);
    return converge(run);
  });
}

function common({ world, ledger, runtime }: Installation, progress: (event: Progress) => void) {
  return { kinds, world, ledger, progress, signal: runtime.signal };
}

/** As homeauth.yaml says now; in a step of an upgrade with the release of that. */
async function asWished(before: Installation, { edit, step }: Wishes): Promise<Installation> {
  if (!step) return reopened(before, edit);
  const read = await reopened(before, edit, knownEra);
  const config: Config = { ...read.config, authentik: { ...read.config.authentik, version: step.release } };
  return { ...read, config, era: knownEra(config) };
}

function stages({ config, era, source, runtime }: Installation, { firstPassword, step }: Wishes) {
  assertSpeakable(config, era, source);
  const migrates = step !== undefined;
  const all = stagesOf({ config, era, pointer: runtime.pointer, migrates, ...(firstPassword && { firstPassword }) });
  const last = all.findLastIndex(({ title }) => title === step?.until);
  return last < 0 ? all : all.slice(0, last + 1);
}

async function factsFor(installation: Installation, { makePassword, cloudflareToken, pins }: Wishes): Promise<Facts> {
  const facts = await survey(installation);
  return {
    ...facts,
    pins: { ...facts.pins, ...pins },
    ...(cloudflareToken && { cloudflareToken }),
    ...(makePassword && { makesPassword: true }),
  };
}
