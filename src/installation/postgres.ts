import { Failure } from '../model/failure.ts';
import { postgresVersions } from '../model/release.ts';
import type { Installation } from './installation.ts';

/**
 * The major version of PostgreSQL that a data directory is for: another one does not start on it. It is asked of the
 * directory itself, so that directory and image change in one step. Without a database it is the newest.
 * @throws Failure postgres-unknown
 */
export async function postgresOf({ world }: Pick<Installation, 'world'>, directory: string): Promise<number> {
  const { oldest, newest } = postgresVersions;
  const text = await world.files.read(`${directory}/PG_VERSION`);
  const [later] = text === undefined ? await laterIn(directory, world) : [];
  if (text === undefined && later === undefined) return newest;
  const found = (later ?? text ?? '').trim();
  const version = /^\d+$/.test(found) ? Number(found) : Number.NaN;
  if (version >= oldest && version <= newest) return version;
  throw new Failure({
    code: 'postgres-unknown',
    problem: `${directory} holds a database of ${found ? `PostgreSQL ${found.slice(0, 20)}` : 'an unknown version of PostgreSQL'}.`,
    why: `homeauth runs PostgreSQL ${oldest} to ${newest}. From 18 on the directories are laid out differently. Nothing was changed.`,
    fix: `Put back a directory of one of these, or restore a copy on a new server: homeauth restore PATH`,
  });
}

/** From 18 on PostgreSQL's image keeps the data in 18/docker. */
async function laterIn(directory: string, { files }: Installation['world']): Promise<string[]> {
  const names = ((await files.list(directory)) ?? []).filter((name) => /^\d+$/.test(name));
  const found: string[] = [];
  for (const name of names) if (await files.stat(`${directory}/${name}/docker/PG_VERSION`)) found.push(name);
  return found;
}
