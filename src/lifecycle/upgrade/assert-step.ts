import type { Installation } from '../../installation/installation.ts';
import { Failure } from '../../model/failure.ts';
import { partsOf } from '../../model/image-name.ts';
import { ladder, lineOf } from '../../model/release-ladder.ts';

/** The release that runs here, by its image; undefined where none runs, or none that homeauth knows. */
export async function releaseHere({ world }: Pick<Installation, 'world'>): Promise<string | undefined> {
  const image = (await world.docker.container('authentik'))?.image;
  const release = image && partsOf(image).image.split(':').at(-1);
  return release && placeOf(release) >= 0 ? release : undefined;
}

/**
 * What homeauth.yaml says is of the line that runs: another one changes the database for good, and `apply` makes no copy.
 * @throws Failure release-step, release-downgrade
 */
export async function assertStep({ world, config }: Pick<Installation, 'world' | 'config'>): Promise<void> {
  const { version } = config.authentik;
  const runs = await releaseHere({ world });
  if (!runs || runs === version) return;
  const lines = placeOf(version) - placeOf(runs);
  if (lines < 0) throw downgrade(runs, version);
  if (lines === 0) return;
  throw new Failure({
    code: 'release-step',
    problem: `authentik ${runs} runs, and homeauth.yaml says ${version}, of a newer line.`,
    why: 'A newer line changes the database for good. homeauth upgrade goes there line by line, with a copy before each step and a way back.',
    fix: [
      `Write authentik.version: ${runs} into homeauth.yaml again.`,
      `Then see the steps: homeauth upgrade --to ${version} --dry-run`,
    ],
  });
}

const placeOf = (release: string): number => ladder.findIndex(({ line }) => line === lineOf(release));

/** What is said of a release that is older than the one that runs. */
export const downgrade = (runs: string, to: string): Failure =>
  new Failure({
    code: 'release-downgrade',
    problem: `authentik ${runs} runs, and ${to} is older.`,
    why: 'authentik cannot go back: each release changes the database for good.',
    fix: `Keep ${runs} (authentik.version in homeauth.yaml), or restore a copy of that time: homeauth backup list`,
  });

/** What is said of a release that lacks what the one before got later. */
export const tooOld = (from: string, to: string): Failure =>
  new Failure({
    code: 'release-too-old',
    problem: `authentik ${to} came out before ${from}, and fails with a database of that release.`,
    fix: `Take a later release of that line: ${ladder[placeOf(to)]?.last}`,
  });
