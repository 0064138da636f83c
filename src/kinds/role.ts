import type { Kind } from '../engine/kind.ts';
import type { RoleSpec } from '../model/resource.ts';
import type { Docker, ExecResult } from '../world/docker/docker.ts';
import { explainContainer } from './container-story.ts';

export const databaseContainer = 'authentik-postgresql';

/** By the socket in its own container, where nobody asks for a password. */
const psql = 'exec psql -X -q -A -t -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres';

/** Ask the database as its superuser, for whom some connections are reserved. */
export const askDatabase = (docker: Docker, question: string): Promise<ExecResult> =>
  docker.exec(databaseContainer, ['sh', '-c', `${psql} -c "$0"`, question]);

const isDone = (role: string): string =>
  `select exists (select from pg_database join pg_authid owner on owner.oid = datdba where datname = '${role}' and rolname = '${role}' and rolcanlogin and rolpassword is not null) and not exists (select from pg_authid where rolname = 'postgres' and rolpassword is not null)`;

/**
 * Can be cut anywhere and run again. What fails is written into the log without the statement, which has the password
 * in it. The superuser's own goes: whoever knows it otherwise is authentik, which shall not be one.
 */
const making = (role: string, password: string): string => `set log_min_error_statement = panic;
select 'create role ${role}' where not exists (select from pg_roles where rolname = '${role}') \\gexec
alter role ${role} with login password '${password.replaceAll("'", "''")}';
select 'create database ${role}' where not exists (select from pg_database where datname = '${role}') \\gexec
alter database ${role} owner to ${role};
alter role postgres password null;
`;

/**
 * A role in the database that is no superuser, with a database of its own. PostgreSQL's image makes the superuser alone,
 * and nothing again where it was cut off. It goes with the database's directory.
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

  async apply(key, want, { docker }) {
    if (!want?.password) return;
    // What it says against that may have the password in it; the next look tells whether it worked, and the log why not.
    await docker.exec(databaseContainer, ['sh', '-c', psql], { stdin: making(key, want.password.reveal()) });
  },

  explain: (_key, { docker }) => explainContainer(databaseContainer, docker),

  hint: () => `See what the database says:  docker logs --tail 50 ${databaseContainer}`,
};
