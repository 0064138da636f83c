import { interrupted } from '../../engine/errors.ts';
import { record } from '../../engine/ledger.ts';
import type { Progress } from '../../engine/run.ts';
import { type Installation, reopened } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { finish, giveUp, type Journal, note, upgrading } from '../../installation/upgrading.ts';
import { knownEra } from '../../installation/wanted-release.ts';
import type { Copy } from '../../model/copy.ts';
import { Failure, type Issue } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { endsOf } from '../../model/release-ladder.ts';
import { quotationOf, textOf } from '../../model/shown.ts';
import { forget } from '../backup/load-database.ts';
import { makeCopy } from '../backup/make.ts';
import { assertNotRestoring, reconcile } from '../reconcile.ts';
import { assertNotRotating } from '../rotate/rotation.ts';
import { postgresStep } from './postgres-step.ts';
import { asStopped, inventory, proveData, proveVisits, settled, type Visits, visited } from './proofs.ts';
import { forgetAside } from './put-back.ts';
import { releaseStep } from './release-step.ts';
import { dropLogs, keepLogs, stopped, stuck, wentBack } from './step-failures.ts';

const root = { uid: 0, gid: 0 };

export interface Voice {
  readonly tell: (what: string) => void;
  readonly progress: (event: Progress) => void;
  readonly visits: Visits;
}

/** What one sort of step does between the copy and the proofs, and how that is taken back. Each may be called again. */
export interface Way {
  /** From authentik stopped, with a copy, to all of it running as it is to be. */
  forward(before: Installation, journal: Journal, voice: Voice): Promise<Installation>;
  /** After all proofs, and before the step counts as made. */
  settle(installation: Installation, journal: Journal): Promise<void>;
  /** Database and files as they were at the copy. authentik is stopped, and started afterwards by who calls. */
  undo(installation: Installation, journal: Journal & { copy: string }, voice: Voice): Promise<void>;
}

const wayOf = ({ postgres }: Journal): Way => (postgres ? postgresStep : releaseStep);

/** A step that came to its end: it was made, or taken back because somebody asked for that. */
export interface Ended {
  readonly is: 'made' | 'back';
  readonly installation: Installation;
  readonly journal: Journal;
  readonly findings: readonly Finding[];
}

/**
 * One step: a copy with authentik stopped, then forward, then proofs. What fails is put back: database, files and image,
 * and never the image alone.
 * @throws Failure upgrade-failed when everything is as it was; upgrade-stuck where the way back failed, too; interrupted
 */
export async function takeStep(
  before: Installation,
  step: Pick<Journal, 'from' | 'to' | 'postgres' | 'target' | 'left'>,
  voice: Voice,
): Promise<Ended> {
  if (before.runtime.signal.aborted) throw interrupted(`before the step to ${endsOf(step).is}`);
  voice.tell('counting what is there');
  const seen = await visited(before, voice.visits);
  await hold(before, 'upgrade', async () => {
    await assertNotRestoring(before);
    await assertNotRotating(before);
    // While no other homeauth changes it.
    const had = await inventory(before, seen);
    const { ledger, layout } = before;
    const [copies, journal] = [`directory:${layout.upgrades}`, `file:${layout.upgrading}`] as const;
    const ours = [copies, journal, `file:${layout.upgraded}` as const].map((id) => ({ id, precious: true as const }));
    await ledger.save(record(await ledger.read(), ours));
    await note(before, { ...step, goes: 'copying', had });
  });
  return conclude(before, voice, (journal) => copying(before, journal, voice));
}

/** The step that was cut off comes to its end: forward, or back. @throws Failure as `takeStep` does */
export const carryOn = (before: Installation, voice: Voice): Promise<Ended> =>
  conclude(before, voice, async (journal) => copying(before, await recounted(before, journal, voice), voice));

async function conclude(
  before: Installation,
  voice: Voice,
  copied: (journal: Journal) => Promise<Journal>,
): Promise<Ended> {
  const journal = await noted(before);
  try {
    if (journal.goes === 'copying') return await forward(before, await copied(journal), voice);
    if (journal.goes === 'on') {
      const resumed: Journal = { ...journal, resumed: true };
      await note(before, resumed);
      return await forward(before, resumed, voice);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'locked') throw error;
    if (error.code === 'interrupted') throw stopped(journal);
    return back(before, await failed(before, error), voice);
  }
  return back(before, journal, voice);
}

/** From here on the step that is noted is taken back, because somebody asked for that. */
export async function turn(before: Installation): Promise<void> {
  await note(before, { ...(await noted(before)), goes: 'back' });
}

/** From here on it is taken back, also where a full disk has no room to say so. */
async function failed(before: Installation, error: Issue): Promise<Journal> {
  const journal: Journal = { ...(await noted(before)), goes: 'back', because: asData(error) };
  for (const write of [keepLogs, note])
    await write(before, journal).catch((unwritten: unknown) => {
      if (!(unwritten instanceof Failure)) throw unwritten;
    });
  return journal;
}

/** With what is there now, where authentik has run on since: people have changed it meanwhile. */
async function recounted(before: Installation, journal: Journal, { tell, progress, visits }: Voice): Promise<Journal> {
  if (!(await before.world.docker.container('authentik'))) return journal;
  await reconcile(before, 'upgrade', progress, { step: { release: journal.from } });
  tell('counting what is there');
  const next: Journal = { ...journal, had: await inventory(before, await visited(before, visits)) };
  await note(before, next);
  return next;
}

/** As it can be written down, and told by another run. */
function asData({ code, problem, why, details, fix }: Issue): Issue {
  const words = { problem: textOf(problem), ...(why && { why: textOf(why) }), fix: textOf(fix) };
  return { code, ...words, ...(details && { details: quotationOf(details) }) };
}

const noted = async (installation: Installation): Promise<Journal> => {
  const journal = await upgrading(installation);
  if (journal) return journal;
  throw new Error('no step is under way');
};

/** With authentik stopped, so that nothing is written that the copy lacks. */
function copying(before: Installation, journal: Journal, { tell }: Voice): Promise<Journal> {
  return hold(before, 'upgrade', async () => {
    const { world, layout } = before;
    tell('stopping authentik');
    await stop(before);
    if (!(await world.files.stat(layout.upgrades))) await world.files.makeDirectory(layout.upgrades, 0o700, root);
    // As readable as the installation that it lies in, and encrypted for nobody: the way back needs no key.
    const copying = (what: string) => tell(`copying: ${what}`);
    const had = await asStopped(before, journal.had);
    const copy: Copy = await makeCopy(before, layout.upgrades, 'before-upgrade', copying, undefined, had);
    const next: Journal = { ...journal, had, goes: 'on', copy: copy.path };
    await note(before, next);
    return next;
  });
}

async function forward(before: Installation, journal: Journal, voice: Voice): Promise<Ended> {
  const { tell, visits } = voice;
  const way = wayOf(journal);
  tell(`starting ${endsOf(journal).is}`);
  const installation = await way.forward(before, journal, voice);
  await settled(installation, journal.had, tell);
  tell('proving it');
  await proveData(installation, journal.to, journal.had);
  const findings = await proveVisits(installation, journal.had, visits);
  await hold(before, 'upgrade', async () => {
    await way.settle(installation, journal);
    await finish(before);
    await dropLogs(before, journal);
  });
  return { is: 'made', installation: await reopened(before, undefined, knownEra), journal, findings };
}

/** Everything as it was before the step, proven. @throws Failure upgrade-failed where nobody asked for that */
async function back(before: Installation, journal: Journal, voice: Voice): Promise<Ended> {
  const { from, copy, had, because } = journal;
  const { tell, progress, visits } = voice;
  let findings: readonly Finding[];
  try {
    tell(`going back to ${endsOf(journal).was}`);
    await hold(before, 'upgrade', () => stop(before));
    if (copy !== undefined) await wayOf(journal).undo(before, { ...journal, copy }, voice);
    const { installation } = await reconcile(before, 'upgrade', progress, { step: { release: from } });
    await settled(installation, had, tell);
    tell('proving it');
    // Without a copy nothing was changed yet, and people may have gone on with it.
    if (copy !== undefined) await proveData(installation, from, had);
    findings = await visits.proofs(installation);
    await hold(before, 'upgrade', async () => {
      await forget(before.world.docker);
      await forgetAside(before);
      await giveUp(before);
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'locked') throw error;
    throw error.code === 'interrupted' ? stopped(journal) : stuck(journal, error);
  }
  if (because) throw wentBack(journal, because, before, findings);
  return { is: 'back', installation: await reopened(before, undefined, knownEra), journal, findings };
}

/** The worker first, as it writes most. */
async function stop({ world: { docker } }: Installation): Promise<void> {
  for (const name of ['authentik-worker', 'authentik']) if (await docker.container(name)) await docker.remove(name);
}
