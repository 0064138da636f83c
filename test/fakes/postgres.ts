import { memoryStore } from '../standin/index.ts';
import type { State } from '../standin/state.ts';
import { dumping } from './dumps.ts';
import { Exit, type Program, sourceOf } from './program.ts';

/** Where the postgres image looks for what it runs once in a new database. */
const onceRun = '/docker-entrypoint-initdb.d/';

/**
 * As the postgres image: superuser, password and what stands in its directory for that count when the data directory is
 * made, and never again.
 */
export const postgres: Program = async (around) => {
  const directory = sourceOf(around, '/var/lib/postgresql/data') ?? '';
  const password = around.environment['POSTGRES_PASSWORD'];
  const user = around.environment['POSTGRES_USER'] ?? 'postgres';
  if (!password) throw new Exit(1, 'Error: Database is uninitialized and superuser password is not specified.');
  const carryOut = async (script: string) => {
    const sql = (await around.files.read(sourceOf(around, script) ?? '')) ?? '';
    const { passwords: known } = around.databases.get(directory) ?? {};
    if (sql.includes("alter role authentik with login password :'password';")) known?.set('authentik', password);
    if (sql.includes('alter role postgres password null;')) known?.delete('postgres');
    return sql !== '';
  };
  const [, version = ''] = /^postgres:(\d+)/.exec(around.container.definition.image) ?? [];
  const made = await around.files.read(`${directory}/PG_VERSION`);
  if (made !== undefined && made.trim() !== version) {
    const why = `The data directory was initialized by PostgreSQL version ${made.trim()}`;
    throw new Exit(1, `FATAL:  database files are incompatible with server: ${why}`);
  }
  if (made === undefined) {
    const passwords = new Map([[user, password]]);
    around.databases.set(directory, { superuser: user, passwords, store: memoryStore() });
    await around.files.write(`${directory}/PG_VERSION`, `${version}\n`, 0o600);
    const scripts = around.container.definition.mounts.filter(({ target }) => target.startsWith(onceRun));
    for (const { target } of scripts) await carryOut(target);
  }
  around.log('database system is ready to accept connections');
  const limit = Number(around.container.definition.command?.join(' ').match(/max_connections=(\d+)/)?.[1] ?? 100);
  const { superuser, passwords = new Map<string, string>(), store } = around.databases.get(directory) ?? {};
  // A restart ends every connection.
  if (store) Object.assign(store, { held: 0, limit });
  const others = new Map<string, string>();
  const exec = async (argv: readonly string[], stdin: string) => {
    const copied = store && (await dumping({ argv, stdin, version, store, passwords, others }));
    if (copied) return copied;
    if (argv[0] === 'pg_isready') return { code: 0, stdout: 'accepting connections\n', stderr: '' };
    // By the network, where a password is asked for.
    if (argv.at(-1)?.includes('PGPASSWORD'))
      return stdin.trim() === passwords.get('authentik')
        ? { code: 0, stdout: '1\n', stderr: '' }
        : { code: 2, stdout: '', stderr: 'FATAL:  password authentication failed for user "authentik"' };
    if (!argv.some((word) => word.includes('psql'))) return { code: 127, stdout: '', stderr: 'not found' };
    const { held = 0, limit: now = limit } = store ?? {};
    if (held >= now) {
      const stderr = 'psql: error: connection to server on socket failed: FATAL:  sorry, too many clients already';
      return { code: 2, stdout: '', stderr };
    }
    const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
    // It asks as the user whom the container was told of.
    if (user !== superuser) return { code: 2, stdout: '', stderr: `FATAL:  role "${user}" does not exist` };
    if (argv.at(-1)?.includes('authentik_tasks_task')) return said(`${version}.4|0\n`);
    const state = argv.at(-2)?.endsWith(' -d authentik -c "$0"') ? await store?.read() : undefined;
    const known = state && aboutUpgrades(argv.at(-1) ?? '', state);
    if (known !== undefined) return said(`${known}\n`);
    if (argv.at(-1)?.includes('pg_stat_activity')) return said(`${held + 1}|${now}|3\n`);
    if (argv.at(-1)?.startsWith('select ')) {
      return said(passwords.has('authentik') && !passwords.has('postgres') ? 't\n' : 'f\n');
    }
    const [, script = ''] = / -f (\S+)$/.exec(argv.at(-1) ?? '') ?? [];
    return (await carryOut(script))
      ? said('')
      : { code: 1, stdout: '', stderr: `${script}: No such file or directory` };
  };
  return { ports: new Map([[5432, 0]]), health: () => 'healthy', exec, stop: async () => {} };
};

/** What is asked before an upgrade. */
function aboutUpgrades(question: string, { groups, history, users }: State): string | undefined {
  if (question.includes("json_build_object('users'"))
    return JSON.stringify({ users: users.map(({ username }) => username), groups: groups.map(({ name }) => name) });
  if (question.includes('authentik_version_history')) return history.at(-1) ?? '';
  if (question.includes('authentik_core_group')) {
    const names = groups.map(({ name }) => name);
    return JSON.stringify(names.filter((name, n) => names.indexOf(name) < n));
  }
  if (question.includes('authentik_core_user')) return String(users.filter(({ type }) => type === 'external').length);
  if (question.includes('pg_encoding_to_char')) return 'UTF8';
  if (question.includes('string_agg(') || question.includes('json_agg(')) return '';
  return question.includes('has_database_privilege') ? 't' : undefined;
}
