import { askDatabase, databaseContainer } from '../kinds/role.ts';
import { causesIn, databaseFull } from '../model/cause.ts';
import { Failure } from '../model/failure.ts';
import type { Docker } from '../world/docker/docker.ts';

/** Connections that clients have and may have; without numbers where not even its superuser gets in any more. */
export interface Connections {
  readonly isFull: boolean;
  readonly used?: number;
  readonly allowed?: number;
}

const question = `select count(*), current_setting('max_connections'), current_setting('superuser_reserved_connections') from pg_stat_activity where backend_type = 'client backend'`;

/** How many connections to the database are taken; undefined where it cannot be asked. */
export async function databaseConnections(docker: Docker): Promise<Connections | undefined> {
  if (!(await docker.container(databaseContainer))?.running) return undefined;
  const { code, stdout, stderr } = await askDatabase(docker, question);
  if (code !== 0) return causesIn(stderr).includes(databaseFull) ? { isFull: true } : undefined;
  const [used = 0, allowed = 0, reserved = 0] = stdout.trim().split('|').map(Number);
  // One of them was our question's.
  return { isFull: used - 1 >= allowed - reserved, used: used - 1, allowed };
}

/** Why authentik answers with errors of its own, where the database is behind it. */
export async function databaseTrouble(docker: Docker): Promise<Failure | undefined> {
  const found = await databaseConnections(docker).catch(() => undefined);
  if (!found?.isFull) return undefined;
  const taken = found.used === undefined ? 'all are taken' : `${found.used} of ${found.allowed} are taken`;
  const says = `The database has no connection left for authentik (${taken})`;
  return new Failure({
    code: 'database-full',
    problem: `${says}.`,
    why: 'authentik opens some for each app, and can do nothing without one: no login, no app, no answer to homeauth.',
    fix: databaseFull.fix,
    because: { code: 'busy', of: databaseContainer, says },
  });
}
