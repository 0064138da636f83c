import { tellDatabase } from '../../kinds/role.ts';
import type { Docker } from '../../world/docker/docker.ts';
import { good } from '../backup/dump.ts';

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
export async function countsIn(docker: Docker, container: string): Promise<Counts> {
  const { stdout } = good(await tellDatabase(docker, counting, container), 'psql', 'counted');
  const lines = stdout.split('\n').filter((line) => line.includes('|'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf('|')), line.slice(line.lastIndexOf('|') + 1)]));
}

/** What two databases do not have in common, a line each. */
export function differences(was: Counts, is: Counts): string[] {
  const names = [...new Set([...was.keys(), ...is.keys()])].toSorted();
  return names.flatMap((name) => {
    const [then, now] = [was.get(name) ?? 'missing', is.get(name) ?? 'missing'];
    return then === now ? [] : [`${name}: ${then} → ${now}`];
  });
}
