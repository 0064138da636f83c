import type { BackupFlags } from '../cli/backup.ts';
import { copiesIn } from '../installation/backups.ts';
import { hold } from '../installation/lock.ts';
import { open } from '../installation/open.ts';
import type { Runtime } from '../installation/runtime.ts';
import { removeCopies, superfluous } from '../lifecycle/backup/keep.ts';
import { makeCopy, planCopy } from '../lifecycle/backup/make.ts';
import type { Readers } from '../lifecycle/backup/seal.ts';
import { sizeOf } from '../model/copy.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { bytes, copyData } from '../report/backups.ts';
import { prose } from '../report/layout.ts';
import { duration } from '../report/time.ts';
import { readersFor } from './backup/key.ts';
import { keepOf, placeOf } from './backup/place.ts';
import { type Outcome, scheduled } from './scheduled.ts';
import { screenOf } from './screen.ts';

/** `homeauth backup`: everything that is needed to be brought back, beside, in one piece. */
export function backup(flags: BackupFlags, runtime: Runtime): Promise<ExitCode> {
  return scheduled('backup', flags, runtime, () => copied(flags, runtime));
}

async function copied(flags: BackupFlags, runtime: Runtime): Promise<Outcome> {
  const installation = await open(flags.config, runtime);
  const screen = screenOf(runtime, 'backup');
  const place = placeOf(flags.to, installation);
  const keep = keepOf(flags.keep, installation);
  const { clock } = runtime.world;
  if (flags.dryRun) {
    const { archives, size } = await planCopy(installation, place);
    const goes = keep ? superfluous(await copiesIn(place, installation), keep).map(({ name }) => name) : [];
    const names = archives.flatMap(({ directory, names: all }) =>
      all.map((name) => `${directory}/${name}`.replace('//', '/')),
    );
    const words = [
      `A copy in ${place} would take ${bytes(size)} at most: the database of authentik, and`,
      ...names.map((name) => `  ${name}`),
    ];
    screen.result(words.map((line) => screen.paper.text(line)).join('\n'), { place, size, files: names, goes }, true);
    return fine;
  }
  const readers = await readersFor(flags, installation, runtime);
  const began = clock.now();
  return hold(installation, 'backup', async () => {
    const copy = await makeCopy(
      installation,
      place,
      'asked',
      (what) => runtime.terminal.live(`· copying   ${what}`),
      readers,
    );
    const took = clock.now() - began;
    runtime.terminal.live(undefined);
    const goes = keep ? superfluous(await copiesIn(place, installation), keep) : [];
    await removeCopies(goes, installation);
    const { people, counts, apps } = copy.manifest;
    const holds = people
      ? `${people.length} ${people.length === 1 ? 'person' : 'people'}, ${apps.length} ${apps.length === 1 ? 'app' : 'apps'}`
      : 'authentik did not answer, so its objects were not counted';
    const words = [
      screen.paper.marked(
        counts ? 'done' : 'look',
        `${copy.path}   ${bytes(sizeOf(copy.manifest))} in ${duration(took)}, verified`,
      ),
      screen.paper.text(`  ${holds}.${goes.length > 0 ? ` ${removed(goes.length)}` : ''}`),
      '',
      prose(whoReads(readers), screen.paper),
    ];
    const data = {
      copy: copyData(copy),
      took: Math.round(took),
      encrypted: copy.manifest.encrypted ?? false,
      removed: goes.map(({ name }) => name),
    };
    screen.result(words.join('\n'), data, true);
    return fine;
  });
}

const fine: Outcome = { code: exitCodes.fine, findings: [] };

const removed = (count: number): string =>
  count === 1 ? 'One older copy was removed.' : `${count} older copies were removed.`;

const whoReads = (readers: Readers | undefined): string => {
  if (!readers) return plain;
  return 'passphrase' in readers
    ? 'It is encrypted. Without the passphrase nobody can bring it back: keep that outside of this server.'
    : `It is encrypted for ${readers.recipients.join(', ')}. Without a key of these nobody can bring it back: keep that outside of this server.`;
};

const plain =
  'It is not encrypted, and holds every secret: whoever reads it can be anybody. Only root can, here; keep it so where you take it. A copy on the same disk is lost with it.';
