import { databaseConnections, databaseTrouble } from '../installation/database.ts';
import { type About, type Finding, ok, skip, unseen } from '../model/finding.ts';
import type { World } from '../world/world.ts';

/** Has the database connections left? @throws Failure database-full */
export async function databaseCheck({ docker }: Pick<World, 'docker'>, about: About): Promise<Finding[]> {
  const found = await databaseConnections(docker);
  // That its container does not run, or is not well, is told where containers are.
  if (!found) return [skip(about, unseen('the database could not be asked'))];
  const trouble = found.isFull && (await databaseTrouble(docker));
  if (trouble) throw trouble;
  return [ok({ ...about, title: `${about.title} (${found.used} of ${found.allowed} are taken)` })];
}
