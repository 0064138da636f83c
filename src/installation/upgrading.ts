import type { Manifest } from '../model/copy.ts';
import { Failure, type Issue } from '../model/failure.ts';
import { endsOf, type Step } from '../model/release-ladder.ts';
import type { World } from '../world/world.ts';
import type { Installation } from './installation.ts';

/** What was there before a step, and has to be there after it. */
export interface Had extends Pick<Manifest, 'counts' | 'people'> {
  readonly admins: readonly string[];
  /** Names in the database itself, counted once more when authentik is stopped. */
  readonly rows?: { readonly users: readonly string[]; readonly groups: readonly string[] };
  /** Apps that the owner may open. */
  readonly opens: readonly string[];
  /** Default blueprints that could not be applied, by path. */
  readonly unapplied: readonly string[];
  /** Proofs that failed before anything was changed, by name and subject. */
  readonly failing: readonly string[];
}

/**
 * A step of an upgrade, on disk before anything of it is done. A run that was cut off is gone on from by it, and nothing
 * is guessed.
 */
export interface Journal extends Step {
  /** The release that the upgrade as a whole goes to. */
  readonly target: string;
  /** How many more steps after this one were agreed to. */
  readonly left: number;
  /** The copy is being made, with authentik stopped; then forward; or back to what was there. */
  readonly goes: 'copying' | 'on' | 'back';
  /** The path of the copy that leads back, once there is one. */
  readonly copy?: string;
  readonly had: Had;
  /** Why it goes back; without a reason somebody asked for that. */
  readonly because?: Issue;
  /** It was cut off and gone on from: people may have logged in meanwhile. */
  readonly resumed?: true;
}

const directions: readonly string[] = ['copying', 'on', 'back'] satisfies Journal['goes'][];

type Sight = Pick<Installation, 'layout'> & { readonly world: Pick<World, 'files'> };

/** @throws Failure upgrade-unreadable, and nothing is guessed */
async function read(path: string, { world, layout }: Sight): Promise<Journal | undefined> {
  const text = await world.files.read(path);
  if (text === undefined) return undefined;
  try {
    const journal = JSON.parse(text) as Journal;
    if (directions.includes(journal.goes) && Array.isArray(journal.had.unapplied)) return journal;
  } catch {}
  throw new Failure({
    code: 'upgrade-unreadable',
    problem: `${path} cannot be read, where it is noted how far an upgrade was.`,
    why: 'It is damaged, or another version of homeauth wrote it.',
    fix: [
      'If you upgrade with another version of homeauth, run the command with that.',
      `Else restore the newest copy in ${layout.upgrades}:  homeauth restore ${layout.upgrades}/NAME`,
    ],
  });
}

const write = (path: string, journal: Journal, { world }: Sight): Promise<void> =>
  world.files.write(path, `${JSON.stringify(journal, undefined, 1)}\n`, 0o600);

/** The step that is under way; undefined where none is. */
export const upgrading = (sight: Sight): Promise<Journal | undefined> => read(sight.layout.upgrading, sight);

/** The last step that was made, by whose copy there is a way back. */
export const upgraded = (sight: Sight): Promise<Journal | undefined> => read(sight.layout.upgraded, sight);

/** Notes what is about to be done. */
export const note = (sight: Sight, journal: Journal): Promise<void> => write(sight.layout.upgrading, journal, sight);

/** The step was made: nothing is under way, and it is known how to go back. */
export const finish = ({ world, layout }: Sight): Promise<void> =>
  world.files.rename(layout.upgrading, layout.upgraded);

/** The step was taken back, or given up. */
export async function giveUp({ world, layout }: Sight): Promise<void> {
  await world.files.remove(layout.upgrading);
}

/** @throws Failure upgrade-unfinished */
export async function assertNotUpgrading(sight: Sight): Promise<void> {
  const journal = await upgrading(sight);
  if (journal) throw new Failure(unfinished(journal));
}

/** What is said of a step that was interrupted. */
export const unfinished = (journal: Journal): Issue => {
  const { was, is } = endsOf(journal);
  return {
    code: 'upgrade-unfinished',
    problem: `The upgrade from ${was} to ${is} was interrupted.`,
    why: 'Until it has come to its end, nothing else may change this installation.',
    fix:
      journal.goes === 'back'
        ? `Go on with the way back to ${was}: homeauth upgrade`
        : `Go on with it: homeauth upgrade   Or go back to ${was}: homeauth upgrade --back`,
  };
};
