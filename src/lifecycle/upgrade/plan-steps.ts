import { databaseSize } from '../../desired/containers.ts';
import type { Installation } from '../../installation/installation.ts';
import { postgresOf } from '../../installation/postgres.ts';
import { Failure, type Issue } from '../../model/failure.ts';
import { type Era, eraOf, isOlder } from '../../model/release.ts';
import { isTooOldAfter, type Line, ladder, releasesBetween } from '../../model/release-ladder.ts';
import { mb, planCopy, spare } from '../backup/make.ts';
import { downgrade, releaseHere, tooOld } from './assert-step.ts';
import { planPostgresStep } from './plan-postgres-step.ts';
import { type Answer, type Effect, questions, told } from './questions.ts';

/** One step of an upgrade, and what it means for this installation. */
export interface PlannedStep {
  readonly release: string;
  /** It is PostgreSQL's step, between two major versions; the release stays the one that runs. */
  readonly postgres?: { readonly from: number; readonly to: number };
  readonly effects: readonly Effect[];
  readonly stops: readonly Issue[];
}

export interface UpgradePlan {
  readonly from: string;
  readonly to: string;
  readonly steps: readonly PlannedStep[];
  /** What stops all of it. */
  readonly stops: readonly Issue[];
}

/** The newest release that homeauth can bring an installation to. */
export const newest = ladder.at(-1)!.last;

/** An image of authentik on the disk, in bytes. All of them are fetched before anything stops. */
const imageSize = 1.2e9;

/**
 * The way from what runs to a release, line by line, asked of the database and the files. Looks, and writes nothing.
 * @throws Failure release-unknown, release-downgrade, release-too-old, version-edited
 */
export async function planUpgrade(installation: Installation, to: string): Promise<UpgradePlan> {
  const from = await runningRelease(installation);
  assertWay(from, to);
  const way = releasesBetween(from, to);
  const postgres = await postgresOf(installation, installation.layout.database);
  const refusing = way.findIndex(({ line }) => postgres < line.postgres);
  // As late as may be: the newest release is the one that is known to work with the newest PostgreSQL.
  const at = refusing < 0 ? way.length : refusing;
  const other = await planPostgresStep(installation, { from: postgres, release: way[at - 1]?.release ?? from });
  if (way.length === 0 && !other) return { from, to, steps: [], stops: [] };
  const all: PlannedStep[] = [];
  let before = from;
  for (const { release, line } of way) {
    if (isTooOldAfter(before, release)) throw tooOld(before, release);
    all.push({ release, ...(await meaning(installation, { before, release, line })) });
    before = release;
  }
  if (other) all.splice(at, 0, other);
  const stops = [...(await history(installation, from)), ...(await room(installation, all.length, way.length))];
  return { from, to, steps: all, stops };
}

/** What runs here; without a container what homeauth.yaml says. @throws Failure version-edited */
export async function runningRelease({ world, config }: Installation): Promise<string> {
  const { version } = config.authentik;
  const runs = await releaseHere({ world });
  if (!runs || runs === version) return version;
  throw new Failure({
    code: 'version-edited',
    problem: `homeauth.yaml says authentik ${version}, and ${runs} runs.`,
    why: 'An upgrade begins with what runs, and changes homeauth.yaml itself.',
    fix: `Write authentik.version: ${runs} into homeauth.yaml, then run the command again.`,
  });
}

function assertWay(from: string, to: string): void {
  if (!ladder.some(({ line }) => to.startsWith(`${line}.`))) {
    throw new Failure({
      code: 'release-unknown',
      problem: `authentik ${to} is no release that homeauth knows.`,
      why: `It knows the lines ${ladder.map(({ line }) => line).join(', ')}.`,
      fix: `Name one of them, for example --to ${newest}; a newer homeauth knows more.`,
    });
  }
  if (isOlder(to, from)) throw downgrade(from, to);
}

interface ReleaseStep {
  readonly before: string;
  readonly release: string;
  readonly line: Line;
}

async function meaning(installation: Installation, step: ReleaseStep): Promise<Omit<PlannedStep, 'release'>> {
  const [was, is] = [eraOf(step.before)!, eraOf(step.release)!];
  const isNewLine = was.line !== is.line;
  const asked = isNewLine ? step.line.asks : [];
  const answers: Answer[] = [
    await changes(was, is, installation),
    ...(await Promise.all(asked.map((ask) => questions[ask](installation)))),
  ];
  return {
    effects: answers.flatMap(({ effects = [] }) => effects),
    stops: answers.flatMap(({ stops = [] }) => stops),
  };
}

/** What follows from how the two lines are made. */
async function changes(was: Era, is: Era, { world, layout, config }: Installation): Promise<Answer> {
  const all: Effect[] = [];
  const stops: Issue[] = [];
  if (was.storage.folder !== is.storage.folder) {
    const from = `${layout.root}/${was.storage.folder}`;
    const count = ((await world.files.list(from)) ?? []).length;
    const to = `${layout.root}/${is.storage.folder}/${was.storage.folder}`;
    if (count > 0) all.push({ code: 'files-move', says: `uploaded files move from ${from} to ${to}` });
    if (await world.files.stat(to)) stops.push(inTheWay(from, to));
  }
  if (was.needsRedis && !is.needsRedis)
    all.push({ code: 'redis-goes', says: `authentik-redis goes; its directory ${layout.redis} stays` });
  const [before, after] = [was, is].map((era) => JSON.stringify(databaseSize(era, config)));
  if (before !== after) all.push({ code: 'database-restarts', says: 'PostgreSQL restarts, for more connections' });
  return { effects: all, stops };
}

const inTheWay = (from: string, to: string): Issue => ({
  code: 'files-in-the-way',
  problem: `${to} is there already, and the files in ${from} move there.`,
  fix: `See what it is, and move it away:  mv ${to} ${to}.old`,
});

/** The release whose migrations ran last, where the database keeps that: an upgrade that failed leaves its mark. */
async function history(installation: Installation, from: string): Promise<readonly Issue[]> {
  if (isOlder(from, '2024.10.0')) return [];
  const question = 'select version from authentik_version_history order by "timestamp" desc limit 1';
  const { stops = [] } = await told(installation, question, (last) => {
    if (last === '' || last === from) return {};
    return {
      stops: [
        {
          code: 'history-differs',
          problem: `authentik ${from} runs, and the database was last changed by ${last}.`,
          why: 'Another release was started with this database. authentik may then refuse the next one, or fail half-way.',
          fix: 'Restore a copy from before that: homeauth backup list',
        },
      ],
    };
  });
  return stops;
}

/** Room for a copy at each step, for one that is put back, and for the images where Docker keeps them. */
async function room(installation: Installation, steps: number, releases: number): Promise<readonly Issue[]> {
  const { world, layout } = installation;
  const stops: Issue[] = [];
  try {
    const { size } = await planCopy(installation, layout.upgrades, 'before-upgrade');
    const { free, target } = await world.files.filesystem(layout.upgrades);
    const whole = (steps + 1) * size + spare;
    if (free < whole)
      stops.push({
        code: 'disk-full',
        problem: `${target} has ${mb(free)} left, and the copies of ${steps} ${steps === 1 ? 'step' : 'steps'}, and going back, may need ${mb(whole)}.`,
        fix: 'Free some space, or take one step at a time: homeauth upgrade --one',
      });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    stops.push(error);
  }
  const { dataRoot } = await world.docker.engine();
  const disk = dataRoot && (await world.files.filesystem(dataRoot));
  const needed = releases * imageSize;
  if (disk && disk.free < needed)
    stops.push({
      code: 'disk-full',
      problem: `${disk.target} has ${mb(disk.free)} left, and the images of ${releases} ${releases === 1 ? 'release' : 'releases'} may need ${mb(needed)}.`,
      why: 'All of them are fetched before anything stops.',
      fix: 'See what uses it:  docker system df',
    });
  return stops;
}
