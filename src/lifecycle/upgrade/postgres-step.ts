import { record } from '../../engine/ledger.ts';
import { hold } from '../../installation/lock.ts';
import type { Journal } from '../../installation/upgrading.ts';
import { reconcile } from '../reconcile.ts';
import { keptOf, type Move, moveBack, moveDatabase } from './database-move.ts';
import { putFilesBack } from './put-back.ts';
import type { Way } from './run.ts';

/** A step from one major version of PostgreSQL to another, with the same authentik before and after. */
export const postgresStep: Way = {
  async forward(before, journal, { tell, progress }) {
    const move = moveOf(journal);
    const step = { release: journal.to };
    // The one that serves is compared with: a run that was cut off may have removed its container, and nothing else.
    if (!(await before.world.files.stat(keptOf(before, move))))
      await reconcile(before, 'upgrade', progress, { step: { ...step, until: 'database' } });
    await hold(before, 'upgrade', () => moveDatabase(before, move, tell));
    return (await reconcile(before, 'upgrade', progress, { step })).installation;
  },

  /** The former directory is its owner's to delete. */
  async settle(installation, journal) {
    const { ledger } = installation;
    const kept = { id: `directory:${keptOf(installation, moveOf(journal))}`, precious: true } as const;
    await ledger.save(record(await ledger.read(), [kept]));
  },

  async undo(installation, journal, { tell }) {
    tell('putting the former database back');
    await hold(installation, 'upgrade', async () => {
      await moveBack(installation, moveOf(journal));
      // Asked for, it may come long after: what was made anew since fits the database that goes, as secrets do.
      if (!journal.because) await putFilesBack(installation, journal);
    });
  },
};

/** The move of a step to another PostgreSQL. */
export function moveOf({ postgres, copy }: Journal): Move {
  if (!postgres || copy === undefined) throw new Error('a step to another PostgreSQL has versions and a copy');
  return { ...postgres, copy };
}
