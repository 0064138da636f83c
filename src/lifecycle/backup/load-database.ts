import type { Readable } from 'node:stream';
import { databaseContainer, tellDatabase } from '../../kinds/role.ts';
import type { Docker } from '../../world/docker/docker.ts';
import { good } from './dump.ts';

/** Where a dump is restored to, and where the database goes that it takes the place of. */
const beside = { restored: 'authentik_restored', before: 'authentik_before' } as const;

const loading =
  'exec pg_restore --exit-on-error --single-transaction --no-owner --role=authentik --no-password -U "${POSTGRES_USER:-postgres}" --dbname="$0"';

/**
 * Restores a dump into a database beside the one that serves, all of it or nothing. `container`: where PostgreSQL runs.
 * @throws Failure backup-database
 */
export async function load(docker: Docker, from: Readable, container = databaseContainer): Promise<void> {
  const make = [
    ...Object.values(beside).map((name) => `drop database if exists ${name} with (force);`),
    `create database ${beside.restored} owner authentik template template0;`,
  ];
  good(await tellDatabase(docker, make.join('\n'), container), 'psql', 'given a second database');
  const argv = ['sh', '-c', loading, beside.restored];
  good(await docker.exec(container, argv, { stdin: from }), 'pg_restore', 'restored beside the one that is there');
  // What PostgreSQL knows of how the rows lie is in no dump.
  good(await tellDatabase(docker, `\\connect ${beside.restored}\nanalyze;`, container), 'psql', 'analysed');
}

/** The restored database takes the place of the one that is there, and the role gets its password, in one step. */
export async function exchange(
  docker: Docker,
  password: string | undefined,
  container = databaseContainer,
): Promise<void> {
  const quoted = password?.replaceAll("'", "''");
  const both = ["'authentik'", `'${beside.restored}'`].join(', ');
  const sql = [
    // What fails is logged without the statement, which has the password in it.
    'set log_min_error_statement = panic;',
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname in (${both}) and pid <> pg_backend_pid();`,
    'begin;',
    `alter database authentik rename to ${beside.before};`,
    `alter database ${beside.restored} rename to authentik;`,
    ...(quoted ? [`alter role authentik with login password '${quoted}';`] : []),
    'commit;',
  ];
  good(await tellDatabase(docker, sql.join('\n'), container), 'psql', 'exchanged for the restored one');
}

/** What the restored database took the place of. */
export async function forget(docker: Docker, container = databaseContainer): Promise<void> {
  const sql = `drop database if exists ${beside.before} with (force);`;
  good(await tellDatabase(docker, sql, container), 'psql', 'tidied up');
}
