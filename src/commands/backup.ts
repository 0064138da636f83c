import type { BackupFlags } from '../cli/backup.ts';
import { engineCheck } from '../doctor/docker.ts';
import { isOpenedByOurs, makeRepository, nameOf, type Place, placeOf } from '../installation/backup-place.ts';
import { copiesIn } from '../installation/backups.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { hold } from '../installation/lock.ts';
import type { Readers } from '../lifecycle/backup/encryption.ts';
import { makeCopy, planCopy } from '../lifecycle/backup/make.ts';
import { removeCopies, superfluous } from '../lifecycle/backup/retention.ts';
import { dropSnapshots, snapshotsToDrop, takeSnapshot } from '../lifecycle/backup/snapshots.ts';
import { sizeOf } from '../model/copy.ts';
import { type ExitCode, exitCodes, Failure, insteadOf } from '../model/failure.ts';
import { bytes, copyData } from '../report/backups.ts';
import { prose } from '../report/layout.ts';
import { duration } from '../report/time.ts';
import type { Repository } from '../world/restic.ts';
import type { World } from '../world/world.ts';
import { readersFor } from './backup/key.ts';
import { keepOf } from './backup/prune.ts';
import { type Outcome, scheduled } from './scheduled.ts';
import { begin } from './screen.ts';

/** `homeauth backup`: everything that is needed to be brought back, beside, in one piece. */
export function backup(flags: BackupFlags, runtime: Runtime): Promise<ExitCode> {
  return scheduled('backup', flags, runtime, () => copied(flags, runtime));
}

async function copied(flags: BackupFlags, runtime: Runtime): Promise<Outcome> {
  const { installation, screen } = await begin('backup', flags, runtime);
  const place = await placeOf(flags.to, flags.resticEnv, installation);
  const name = nameOf(place);
  const keep = keepOf(flags.keep, installation);
  const { clock } = runtime.world;
  if (flags.dryRun) {
    const { archives, size } = await planCopy(installation, place);
    const goes = keep ? superfluous(await copiesIn(place, installation), keep).map(({ name }) => name) : [];
    const names = archives.flatMap(({ directory, names: all }) =>
      all.map((name) => `${directory}/${name}`.replace('//', '/')),
    );
    const words = [
      `A copy in ${name} would take ${bytes(size)} at most: the database of authentik, and`,
      ...names.map((name) => `  ${name}`),
    ];
    screen.result(words.map((line) => screen.paper.text(line)).join('\n'), { place: name, size, files: names, goes });
    return fine;
  }
  // Nobody is asked for what cannot be done.
  if (runtime.terminal.interactive) await engineCheck(installation.world, runtime.env);
  const readers = await readersFor(flags, place, installation, runtime);
  const isMissing = typeof place !== 'string' && !(await isThere(place, runtime.world));
  if (isMissing) await assertWanted(name, flags, runtime);
  const began = clock.now();
  return hold(installation, 'backup', async () => {
    const to = isMissing ? await makeRepository(place, installation) : place;
    const copy = await makeCopy(
      installation,
      to,
      'asked',
      (what) => runtime.terminal.live(`· copying   ${what}`),
      readers,
    );
    const took = clock.now() - began;
    runtime.terminal.live(undefined);
    const goes = keep ? superfluous(await copiesIn(to, installation), keep) : [];
    await removeCopies(goes, to, installation);
    // Without a rule for what goes they would hold all that was ever removed.
    const snapshot = keep && (await takeSnapshot(installation, copy.name));
    if (keep) await dropSnapshots(installation, await snapshotsToDrop(installation, keep));
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
      ...(snapshot === undefined ? [] : [screen.paper.text(`  ZFS snapshot: ${snapshot}`)]),
      '',
      prose(whoReads(readers, to, installation), screen.paper),
    ];
    const data = {
      copy: copyData(copy),
      took: Math.round(took),
      encrypted: copy.manifest.encrypted ?? false,
      removed: goes.map(({ name }) => name),
      ...(snapshot !== undefined && { snapshot }),
    };
    screen.result(words.join('\n'), data);
    return fine;
  });
}

const fine: Outcome = { code: exitCodes.fine, findings: [] };

const removed = (count: number): string =>
  count === 1 ? 'One older copy was removed.' : `${count} older copies were removed.`;

/** Asks whether there is a repository. @throws Failure where something else is wrong with it */
async function isThere(place: Repository, { restic }: Pick<World, 'restic'>): Promise<boolean> {
  return (await restic.snapshots(place).catch(insteadOf('restic-no-repository', undefined))) !== undefined;
}

/** @throws Failure where nobody says that the repository is to be made */
async function assertWanted(name: string, { init }: BackupFlags, { terminal }: Runtime): Promise<void> {
  if (init) return;
  const message = `There is no repository at ${name} yet. Make it?`;
  const stopped = { flag: '--init', ifStopped: 'Nothing was copied.' };
  if (terminal.interactive && (await terminal.confirm({ message, initial: false, ...stopped }))) return;
  throw new Failure({
    code: 'restic-no-repository',
    problem: `There is no repository at ${name} yet.`,
    why: 'The address may be mistyped, or its disk is not mounted. homeauth makes one only where you say so.',
    fix: `To make it:  homeauth backup --to ${name} --init`,
    ...(terminal.interactive && { exit: exitCodes.refused }),
  });
}

const whoReads = (readers: Readers | undefined, place: Place, { layout }: Installation): string => {
  if (typeof place !== 'string')
    return `restic encrypted it with the password of the repository${isOpenedByOurs(place, layout) ? `, which is in ${layout.resticPassword}` : ''}. Without that nobody can bring it back: keep it outside of this server, too.`;
  if (!readers) return plain;
  return 'passphrase' in readers
    ? 'It is encrypted. Without the passphrase nobody can bring it back: keep that outside of this server.'
    : `It is encrypted for ${readers.recipients.join(', ')}. Without a key of these nobody can bring it back: keep that outside of this server.`;
};

const plain =
  'It is not encrypted, and holds every secret: whoever reads it can be anybody. Here only root can read it; make sure of that wherever you copy it. When the disk of this server fails, a copy on it is lost, too. Test it: homeauth backup drill';
