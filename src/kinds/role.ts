import type { Kind } from '../engine/kind.ts';
import type { RoleSpec } from '../model/resource.ts';
import type { Docker, ExecResult } from '../world/docker/docker.ts';
import { explainContainer } from './container-story.ts';

export const databaseContainer = 'authentik-postgresql';

/** By the socket in its own container, where nobody asks for a password. */
const psql = (database = 'postgres') =>
  `exec psql -X -q -A -t -v ON_ERROR_STOP=1 -U "\${POSTGRES_USER:-postgres}" -d ${database}`;

/** Ask the database as its superuser, for whom some connections are reserved. */
export const askDatabase = (docker: Docker, question: string, database?: string): Promise<ExecResult> =>
  docker.exec(databaseContainer, ['sh', '-c', `${psql(database)} -c "$0"`, question]);

/** Tell the database several things, in order, by a stream that no list of processes shows; the first failure ends it. */
export const tellDatabase = (docker: Docker, sql: string, container = databaseContainer): Promise<ExecResult> =>
  docker.exec(container, ['sh', '-c', `${psql()} -f -`], { stdin: sql });

const isDone = (role: string): string =>
  `select exists (select from pg_database join pg_authid owner on owner.oid = datdba where datname = '${role}' and rolname = '${role}' and rolcanlogin and rolpassword is not null) and not exists (select from pg_authid where rolname = 'postgres' and rolpassword is not null)`;

/**
 * A role in the database that is no superuser, with a database of its own. PostgreSQL's image makes it in a new one, and
 * not again where it was cut off. It goes with the database's directory.
 */
export const roleKind: Kind<RoleSpec, object> = {
  told: { noun: 'role in the database', many: 'roles in the database', isPart: true },

  shared: true,

  async observe(key, { docker }) {
    const found = await docker.container(databaseContainer);
    const answer = found?.running ? await askDatabase(docker, isDone(key)).catch(() => undefined) : undefined;
    if (answer?.code !== 0)
      return { is: 'unknown', because: { code: 'unanswered', says: 'the database does not answer' } };
    return answer.stdout.trim() === 't' ? { is: 'present', spec: {} } : { is: 'absent' };
  },

  differs: () => [],

  async apply(_key, want, { docker }) {
    if (!want?.script) return;
    // The next look tells whether it worked, and the log why not.
    await docker.exec(databaseContainer, ['sh', '-c', `${psql()} -f ${want.script}`]);
  },

  explain: (_key, { docker }) => explainContainer(databaseContainer, docker),

  hint: () => `See what the database says:  docker logs --tail 50 ${databaseContainer}`,
};
