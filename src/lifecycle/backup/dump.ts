import type { Readable, Writable } from 'node:stream';
import { askDatabase, databaseContainer } from '../../kinds/role.ts';
import { causesIn } from '../../model/cause.ts';
import { exitCodes, Failure } from '../../model/failure.ts';
import type { Docker, ExecResult } from '../../world/docker/docker.ts';

/** Jobs, their log, cache and channels: most of a database, and of no use once it was stopped. */
export const rubbish = [
  ...['authentik_tasks_task', 'authentik_tasks_tasklog', 'authentik_tasks_workerstatus'],
  'django_postgres_cache_cacheentry',
  ...['django_channels_postgres_groupchannel', 'django_channels_postgres_message'],
];

// By the socket in its own container, where nobody asks for a password. Without a terminal, which would spoil the bytes.
const dumping =
  'exec pg_dump --format=custom --no-password --lock-wait-timeout=60000 -U "${POSTGRES_USER:-postgres}" "$@" authentik';

/** Its size in bytes, and the release of PostgreSQL. @throws Failure backup-database */
export async function sizeUp(docker: Docker): Promise<{ size: number; postgres: string }> {
  const question = "select pg_database_size('authentik'), current_setting('server_version')";
  const { stdout } = good(await askDatabase(docker, question), 'psql', 'asked how large it is');
  const [size = '', postgres = ''] = stdout.trim().split('|');
  return { size: Number(size), postgres: postgres.split(' ', 1)[0] ?? '' };
}

/** One snapshot of the database, while everything goes on. `plain`: without compression. @throws Failure backup-database */
export async function dump(
  docker: Docker,
  { without, plain }: { readonly without: readonly string[]; readonly plain: boolean },
  into: Writable,
): Promise<void> {
  const flags = without.map((table) => `--exclude-table-data=*.${table}`);
  const argv = ['sh', '-c', dumping, 'pg_dump', ...flags, ...(plain ? ['--compress=0'] : [])];
  good(await docker.exec(databaseContainer, argv, { stdout: into }), 'pg_dump', 'copied');
}

/** Reads a dump to its end: one that is cut off is found here, and not by a list of what it should hold. */
export async function readWhole(docker: Docker, from: Readable, container = databaseContainer): Promise<boolean> {
  const { code } = await docker.exec(container, ['pg_restore', '--file=/dev/null'], { stdin: from });
  return code === 0;
}

export function good(ended: ExecResult, program: string, what: string): ExecResult {
  if (ended.code === 0) return ended;
  const [cause] = causesIn(ended.stderr);
  throw new Failure({
    code: 'backup-database',
    problem: `The database could not be ${what}: ${program} ended with status ${ended.code}.`,
    ...(cause && { why: cause.means }),
    ...(ended.stderr.trim() && { details: ended.stderr.trim().split('\n').slice(-8).join('\n') }),
    fix: cause?.fix ?? `See what the database says:  docker logs --tail 50 ${databaseContainer}`,
    exit: exitCodes.halfway,
  });
}
