import type { Config } from '../config/config.ts';
import { askDatabase, databaseContainer } from '../kinds/role.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { isOlder } from '../model/release.ts';
import type { World } from '../world/world.ts';

/**
 * When the last release of each major version of PostgreSQL comes out: after it holes stay open. Source: the column
 * "Final Release" of https://www.postgresql.org/support/versioning/
 */
const supportEnds: Readonly<Record<number, string>> = {
  12: '2024-11-21',
  13: '2025-11-13',
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
};

/** From so many bytes on, jobs that are over are most of the database. */
const large = 500e6;

// Older releases of authentik have no such table.
const question =
  "select current_setting('server_version'), coalesce(pg_total_relation_size(to_regclass('authentik_tasks_task')), 0)";

/** Does PostgreSQL still get fixes, and has authentik removed its old jobs? */
export async function databaseAgeCheck(
  { docker }: Pick<World, 'docker'>,
  config: Pick<Config, 'authentik'>,
  about: About,
  now: number,
): Promise<Finding[]> {
  const isThere = (await docker.container(databaseContainer))?.running;
  const answer = isThere ? await askDatabase(docker, question, 'authentik') : undefined;
  const [version = '', size = ''] = answer?.code === 0 ? answer.stdout.trim().split('|') : [];
  if (version === '') return [skip(about, unseen('the database could not be queried'))];
  const last = await askDatabase(docker, lastChange, 'authentik');
  return [
    supported(version.split(' ', 1)[0] ?? '', about, now),
    tasks(Number(size)),
    ...(last.code === 0 ? history(last.stdout.trim(), config.authentik.version) : []),
  ];
}

/** The release whose migrations ran last. Releases before 2024.10 keep no such table, and that question fails. */
const lastChange = 'select version from authentik_version_history order by "timestamp" desc limit 1';

function history(last: string, version: string): Finding[] {
  if (last === '') return [];
  const about = { id: 'history-differs', title: "the database was last changed by authentik's release" };
  // What is to be started next changes it itself.
  if (last === version || isOlder(last, version)) return [ok(about)];
  return [
    wrong(about, 'warn', {
      problem: `homeauth.yaml says authentik ${version}, and the database was last changed by ${last}.`,
      why: 'Another release was started with this database, perhaps for a moment. authentik may refuse the next one, or fail half-way.',
      fix: 'Restore a copy from before that: homeauth backup list',
    }),
  ];
}

function supported(version: string, about: About, now: number): Finding {
  const end = supportEnds[Number.parseInt(version, 10)];
  const title = `PostgreSQL ${version} gets security fixes${end === undefined ? '' : ` until ${end}`}`;
  if (end === undefined || now < Date.parse(end)) return ok({ ...about, title });
  return wrong({ ...about, title }, 'warn', {
    problem: `PostgreSQL ${version} gets no security fixes any more, since ${end}.`,
    why: 'Only authentik can reach it, so this is not urgent; later releases of authentik refuse it.',
    fix: 'homeauth upgrade --dry-run   shows the step to a newer one, and  homeauth upgrade  takes it',
  });
}

function tasks(size: number): Finding {
  const about = { id: 'tasks-large', title: "authentik's table of jobs is small" };
  if (size < large) return ok(about);
  return wrong(about, 'warn', {
    problem: `authentik's table of jobs has ${(size / 1e6).toFixed(0)} MB.`,
    why: 'authentik removes old jobs itself, and could not. The table makes the database slow; it is in no copy.',
    fix: 'See why the worker does not clean up:  docker logs --tail 50 authentik-worker   and restart it:  docker restart authentik-worker',
  });
}
