import type { Installation } from '../../installation/installation.ts';
import type { Issue } from '../../model/failure.ts';
import { postgresVersions } from '../../model/release.ts';
import { sizeUp } from '../backup/dump.ts';
import { mb } from '../backup/make.ts';
import type { PlannedStep } from './plan-steps.ts';
import { told } from './questions.ts';

/** Left free beside the copy and the new directory, and what PostgreSQL's log of changes may take, in bytes. */
const spare = 512e6;

// A restore that was cut off leaves the last two.
const others =
  "select string_agg(datname, ', ') from pg_database where not datistemplate and datname not in ('postgres', 'authentik', 'authentik_restored', 'authentik_before')";

const tablespaces =
  "select json_agg(quote_ident(spcname) order by spcname) from pg_tablespace where spcname not in ('pg_default', 'pg_global')";

// Which setting, and of whom, as SQL names them: a value can be anything, and is not shown.
const settings = `select json_agg(json_build_object('name', split_part(one, '=', 1), 'of', case
    when datname is null then 'role ' || coalesce(quote_ident(rolname), 'all')
    when rolname is null then 'database ' || quote_ident(datname)
    else format('role %I in database %I', rolname, datname) end) order by one)
  from pg_db_role_setting cross join unnest(setconfig) as one
  left join pg_roles on pg_roles.oid = setrole left join pg_database on pg_database.oid = setdatabase`;

/** The step to the newest PostgreSQL, and what it means here; undefined where that runs already. */
export async function planPostgresStep(
  installation: Installation,
  { from, release }: { readonly from: number; readonly release: string },
): Promise<PlannedStep | undefined> {
  const to = postgresVersions.newest;
  if (from === to) return undefined;
  const { database } = installation.layout;
  const { size } = await sizeUp(installation.world.docker);
  const asked = [
    { question: others, issue: shared },
    { question: tablespaces, issue: (found: string) => elsewhere(JSON.parse(found)) },
    { question: settings, issue: (found: string) => ownSettings(JSON.parse(found)) },
  ] as const;
  const stops: Issue[] = [];
  for (const { question, issue } of asked) {
    const answer = await told(installation, question, (found) => (found === '' ? {} : { stops: [issue(found)] }));
    stops.push(...(answer.stops ?? []));
  }
  return {
    release,
    postgres: { from, to },
    effects: [
      { code: 'postgres', says: `PostgreSQL ${to} writes the database anew (${mb(size)}), while authentik is stopped` },
      { code: 'postgres-kept', says: `the former directory stays, as ${database}.postgres-${from}-… with the time` },
    ],
    stops: [...stops, ...(await place(installation, size))],
  };
}

/** The directory can be renamed, and there is room for a copy and a second one. */
async function place({ world: { files }, layout }: Installation, size: number): Promise<Issue[]> {
  const [root, here] = await Promise.all([files.filesystem(layout.root), files.filesystem(layout.database)]);
  const needed = 3 * size + spare;
  return [
    ...(here.target === root.target && here.realPath === `${root.realPath}/db` ? [] : [mounted(layout.database)]),
    ...(root.free >= needed ? [] : [full(root.target, root.free, needed)]),
  ];
}

const shared = (names: string): Issue => ({
  code: 'postgres-shared',
  problem: `PostgreSQL holds other databases than authentik's: ${names}.`,
  why: "The step takes authentik's database along, and no other.",
  fix: 'Move them to a PostgreSQL of their own, and drop them here:  docker exec authentik-postgresql dropdb -U postgres NAME',
});

const psql = 'docker exec authentik-postgresql psql -U postgres';

/** A statement as an argument of a shell. */
const run = (sql: string): string => `-c '${sql.replaceAll("'", "'\\''")}'`;

const elsewhere = (names: readonly string[]): Issue => ({
  code: 'postgres-tablespace',
  problem: `PostgreSQL keeps data outside of its directory, in the tablespace ${names.join(', ')}.`,
  why: 'The step makes a new directory, and knows of no other place.',
  fix: [
    'Bring the data back, and drop the tablespace:  docker stop authentik-worker authentik',
    `${psql} ${run('alter database authentik set tablespace pg_default')}`,
    ...names.flatMap((name) => [
      `${psql} -d authentik ${run(`alter table all in tablespace ${name} set tablespace pg_default`)}`,
      `${psql} -d authentik ${run(`alter index all in tablespace ${name} set tablespace pg_default`)}`,
      `${psql} ${run(`drop tablespace ${name}`)}`,
    ]),
    'Then: homeauth apply',
  ],
});

const ownSettings = (all: readonly { readonly name: string; readonly of: string }[]): Issue => ({
  code: 'postgres-settings',
  problem: `PostgreSQL has settings that somebody gave to an account or a database: ${all.map(({ name, of }) => `${name} of ${of}`).join(', ')}.`,
  why: 'They were set by ALTER ROLE or ALTER DATABASE, and the step does not take them along.',
  fix: [
    `Note them:  ${psql} ${run('\\drds')}`,
    `Take them away:  ${psql} ${[...new Set(all.map(({ of }) => run(`alter ${of} reset all`)))].join(' ')}`,
    'Then upgrade, and set them again afterwards.',
  ],
});

const mounted = (database: string): Issue => ({
  code: 'postgres-mount',
  problem: `${database} is a link, or a file system of its own.`,
  why: 'The step gives the new directory the name of the former, which then stays beside it.',
  fix: `Stop the stack (docker stop authentik-worker authentik authentik-postgresql), make it an ordinary directory with the same content, owner and mode, then: homeauth apply`,
});

const full = (disk: string, free: number, needed: number): Issue => ({
  code: 'disk-full',
  problem: `${disk} has ${mb(free)} left, and the step to another PostgreSQL may need ${mb(needed)}.`,
  why: 'The former directory stays, beside a copy and the new one.',
  fix: 'Free some space on it, then run the command again.',
});
