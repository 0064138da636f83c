import { containerOf, stackOf } from '../../desired/stack.ts';
import { interrupted } from '../../engine/errors.ts';
import { copyAt } from '../../installation/backups.ts';
import { type Installation, valueIn } from '../../installation/installation.ts';
import { postgresOf } from '../../installation/postgres.ts';
import { survey } from '../../installation/survey.ts';
import { databaseContainer, tellDatabase } from '../../kinds/role.ts';
import { exitCodes, Failure } from '../../model/failure.ts';
import { nameByDigest } from '../../model/image-name.ts';
import { backendNetwork } from '../../model/networks.ts';
import type { Docker } from '../../world/docker/docker.ts';
import { assertIntact } from '../backup/check.ts';
import { whenReady } from '../backup/drill-stack.ts';
import { good } from '../backup/dump.ts';
import { contentOf } from '../backup/encryption.ts';
import { exchange, forget, load } from '../backup/load-database.ts';
import { databaseOpens } from '../rotate/rotation.ts';

/** A move of the database to another version of PostgreSQL. */
export interface Move {
  readonly from: number;
  readonly to: number;
  /** The path of a copy with everything in it, made after authentik was stopped. */
  readonly copy: string;
}

/** The account of PostgreSQL in its image. */
const postgres = { uid: 70, gid: 70 };

/** Where the next version fills its directory, beside the one that serves. */
export const nextContainer = 'authentik-postgresql-next';
const nextOf = ({ layout }: Installation): string => `${layout.database}.next`;

/** Where the former data directory stays: `db.postgres-16-2026-11-29T160500Z`, with the time of the copy. */
export const keptOf = ({ layout }: Pick<Installation, 'layout'>, { from, copy }: Move): string =>
  `${layout.database}.postgres-${from}-${copy.slice(copy.lastIndexOf('/') + 1)}`;

/**
 * Restores the copy into a new directory by the next version, finds all of it there, and only then gives the new one the
 * name of the former, which stays beside. authentik is stopped, and started by who calls. Cut off anywhere, the same
 * call goes on: until the former has given its name away, the new one begins from nothing.
 */
export async function moveDatabase(
  installation: Installation,
  move: Move,
  tell: (what: string) => void,
): Promise<void> {
  const { files } = installation.world;
  const { database } = installation.layout;
  const kept = keptOf(installation, move);
  if (!(await files.stat(kept))) {
    await fill(installation, move, tell);
    await removeContainers(installation);
    await files.rename(database, kept);
  }
  if (!(await files.stat(nextOf(installation)))) return;
  // An empty one: Compose makes what it is to mount.
  if ((await files.stat(database)) && !(await files.remove(database))) throw occupied(database, kept);
  await files.rename(nextOf(installation), database);
}

/**
 * The former directory gets its name back, and the new one goes. It can be repeated from its beginning.
 * @throws Failure postgres-gone before anything is touched, where the former directory was removed
 */
export async function moveBack(installation: Installation, move: Move): Promise<void> {
  const { files } = installation.world;
  const { database } = installation.layout;
  const [kept, next] = [keptOf(installation, move), nextOf(installation)];
  const isKept = (await files.stat(kept)) !== undefined;
  if (!isKept && (await postgresOf(installation, database)) !== move.from) throw gone(kept, move);
  await removeContainers(installation);
  await files.removeTree(next);
  if (isKept) {
    if (await files.stat(database)) await files.rename(database, next);
    await files.rename(kept, database);
    await files.removeTree(next);
  }
}

/** Both: who calls has the one that serves made anew, on the directory that then has the name. */
async function removeContainers({ world: { docker } }: Installation): Promise<void> {
  for (const name of [nextContainer, databaseContainer]) if (await docker.container(name)) await docker.remove(name);
}

async function fill(installation: Installation, move: Move, tell: (what: string) => void): Promise<void> {
  const { world, layout, runtime } = installation;
  const { files, docker } = world;
  const step = (what: string) => {
    if (runtime.signal.aborted) throw interrupted(`before: ${what}`);
    tell(what);
  };
  step('reading the copy');
  const copy = await copyAt(move.copy, runtime);
  await assertIntact(copy, files);
  step(`starting PostgreSQL ${move.to} beside`);
  await startNext(installation, move);
  step('restoring the database there');
  await load(docker, await contentOf(copy, 'database.dump', files, undefined), nextContainer);
  const password = await valueIn(world, layout.env, 'POSTGRES_PASSWORD');
  await exchange(docker, password?.reveal(), nextContainer);
  await forget(docker, nextContainer);
  step('comparing both');
  const [was, is] = [await countsIn(docker, databaseContainer), await countsIn(docker, nextContainer)];
  const differing = differences(was, is);
  if (differing.length > 0) throw differs(move, differing);
  if (password && !(await databaseOpens(installation, password, nextContainer))) throw refusing(move);
  step('exchanging');
}

/** An empty database of the next version, as the stack would have it, under another name. */
async function startNext(installation: Installation, { to }: Move): Promise<void> {
  const { world, config, era, layout } = installation;
  const { files, docker } = world;
  const next = nextOf(installation);
  if (await docker.container(nextContainer)) await docker.remove(nextContainer);
  await files.removeTree(next);
  await files.makeDirectory(next, 0o700, postgres);
  const facts = { ...(await survey(installation)), postgres: to };
  const [resource] = containerOf(stackOf(config, era, layout, facts), databaseContainer);
  if (resource?.kind !== 'container') throw new Error('the stack has a database');
  const { definition, secretEnvironment, revision } = resource.spec;
  const { image, digest } = definition;
  const reference = digest === undefined ? image : nameByDigest(image, digest);
  if (!(await docker.image(reference))) await docker.pull(reference);
  await docker.run({
    name: nextContainer,
    definition: {
      ...definition,
      project: { name: nextContainer, directory: layout.root, file: '' },
      service: nextContainer,
      mounts: definition.mounts.map((one) => (one.source === layout.database ? { ...one, source: next } : one)),
      // Without the name by which authentik dials the one that serves.
      networks: [{ name: backendNetwork, key: 'backend' }],
    },
    environment: secretEnvironment,
    revision,
    passing: true,
  });
  await whenReady(nextContainer, installation);
}

const differs = ({ from, to }: Move, differing: readonly string[]): Failure =>
  new Failure({
    code: 'postgres-differs',
    problem: `What PostgreSQL ${to} restored is not what PostgreSQL ${from} holds.`,
    details: differing.slice(0, 20).join('\n'),
    fix: 'Run the command again. If it stays so, report the lines above to homeauth.',
    exit: exitCodes.wrong,
  });

const refusing = ({ to }: Move): Failure =>
  new Failure({
    code: 'postgres-differs',
    problem: `PostgreSQL ${to} does not take the password of authentik's role.`,
    fix: 'See whether container-vars.env has the right one: homeauth doctor',
    exit: exitCodes.wrong,
  });

const occupied = (database: string, kept: string): Failure =>
  new Failure({
    code: 'postgres-gone',
    problem: `${database} is there again, and holds something.`,
    why: `It was to get the new database; the former one is in ${kept}. Nothing of either was changed.`,
    fix: `Move it away:  mv ${database} ${database}.other   then run the command again.`,
    exit: exitCodes.halfway,
  });

const gone = (kept: string, { from, copy }: Move): Failure =>
  new Failure({
    code: 'postgres-gone',
    problem: `${kept} is not there any more, so PostgreSQL ${from} has nothing to go back to.`,
    why: 'Nothing was changed.',
    fix: `The copy that was made then is restored by the PostgreSQL that runs: homeauth restore ${copy}`,
  });

/** What a database holds, by name: rows of each table, where sequences are, extensions, indexes, constraints. */
export type Counts = ReadonlyMap<string, string>;

const own = "nspname !~ '^pg_' and nspname <> 'information_schema'";
const each = (what: string, kinds: string) =>
  `select format('select %L, ${what} from %I.%I', nspname || '.' || relname, nspname, relname)
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in (${kinds}) and ${own} order by relname \\gexec`;

// psql runs what each of the first two answers. A table whose rows cannot be read ends it with an error.
const counting = `\\connect authentik
${each('count(*)', "'r', 'm'")}
${each('last_value', "'S'")}
select 'extension ' || extname, 'there' from pg_extension order by 1;
select 'indexes', count(*) from pg_class join pg_namespace on pg_namespace.oid = relnamespace where relkind = 'i' and ${own};
select 'constraints', count(*) from pg_constraint join pg_namespace on pg_namespace.oid = connamespace where contype <> 'n' and ${own};
select 'password', case when rolpassword like 'SCRAM-SHA-256$%' or rolpassword like 'md5%' then 'there' end from pg_authid where rolname = 'authentik';
`;

/** Counts everything in authentik's database, exactly. @throws Failure backup-database */
async function countsIn(docker: Docker, container: string): Promise<Counts> {
  const { stdout } = good(await tellDatabase(docker, counting, container), 'psql', 'counted');
  const lines = stdout.split('\n').filter((line) => line.includes('|'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf('|')), line.slice(line.lastIndexOf('|') + 1)]));
}

/** What two databases do not have in common, a line each. */
function differences(was: Counts, is: Counts): string[] {
  const names = [...new Set([...was.keys(), ...is.keys()])].toSorted();
  return names.flatMap((name) => {
    const [then, now] = [was.get(name) ?? 'missing', is.get(name) ?? 'missing'];
    return then === now ? [] : [`${name}: ${then} → ${now}`];
  });
}
