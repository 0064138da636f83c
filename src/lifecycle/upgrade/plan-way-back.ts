import { copyAt } from '../../installation/backups.ts';
import type { Installation } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { type Journal, note, upgraded, upgrading } from '../../installation/upgrading.ts';
import type { Loss, WayBack } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import { assertIntact } from '../backup/check.ts';
import { makeCopy } from '../backup/make.ts';
import { lossOf } from '../backup/restore.ts';
import { keptOf } from './database-move.ts';
import { runningRelease } from './plan-steps.ts';
import { moveOf } from './postgres-step.ts';
import { carryOn, type Ended, turn, type Voice } from './run.ts';

/**
 * Whether and how the last step can be taken back.
 * @throws Failure upgrade-no-way-back where there is none, or something newer has come since; copy-damaged
 */
export async function planBack(installation: Installation): Promise<WayBack> {
  const open = await upgrading(installation);
  const last = open ?? (await upgraded(installation));
  if (!last) throw none('No upgrade was made that could be taken back.');
  const { from, to, copy: path, postgres } = last;
  const back = postgres && { postgres: { from: postgres.to, to: postgres.from } };
  const way = { from: to, to: from, ...back, isOpen: open !== undefined };
  if (path === undefined) return way;
  // While it is stopped nobody has changed anything since.
  if (open && !(await installation.world.docker.container('authentik'))) return way;
  if (!open) {
    const runs = await runningRelease(installation);
    if (runs !== to) throw none(`The last upgrade was to authentik ${to}, and ${runs} runs.`);
    const { files } = installation.world;
    if (!(await files.stat(path))) throw none(`The copy from before the upgrade is gone: ${path}.`);
    const kept = postgres && keptOf(installation, moveOf(last));
    if (kept && !(await files.stat(kept))) throw none(`The former database is gone: ${kept}.`);
  }
  const copy = await copyAt(path, installation.runtime);
  await assertIntact(copy, installation.world.files);
  const isAsked = !open || (await installation.world.authentik.reach('fresh')).is === 'ready';
  return { ...way, copy, loss: isAsked ? await lossOf(copy, installation) : unknown };
}

/** A release that was started may have served, and does not answer now. */
const unknown: Loss = { people: [], apps: [], back: [], known: false };

/** Takes the last step back. Of what is there now a copy is made first, where people have worked with it. */
export async function goBack(installation: Installation, voice: Voice): Promise<Ended> {
  const open = await upgrading(installation);
  if (open) await turn(installation);
  else {
    await hold(installation, 'upgrade', async () => {
      const { copy, ...last } = (await upgraded(installation)) as Journal;
      voice.tell('copying what is there now');
      await makeCopy(installation, installation.layout.upgrades, 'before-restore', () => {}, undefined);
      const { because: _b, resumed: _r, ...step } = last;
      await note(installation, { ...step, goes: 'back', ...(copy !== undefined && { copy }) });
    });
  }
  return carryOn(installation, voice);
}

const none = (problem: string): Failure =>
  new Failure({
    code: 'upgrade-no-way-back',
    problem,
    why: 'Going back is possible right after an upgrade, by the copy that was made before it.',
    fix: 'To go back further, restore a copy: homeauth backup list',
  });
