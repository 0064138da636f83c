import type { MemoryStore } from '../standin/index.ts';

interface Asked {
  readonly argv: readonly string[];
  readonly stdin: string;
  /** Its major version. */
  readonly version: string;
  /** The database `authentik`. */
  readonly store: MemoryStore;
  readonly passwords: Map<string, string>;
  /** Databases beside it: what was restored into each. */
  readonly others: Map<string, string>;
}

const [begin, end] = ['PGDMP\n', '\nPGEND'];
const said = (stdout = '') => ({ code: 0, stdout, stderr: '' });
const refused = (stderr: string, stdout = '') => ({ code: 1, stdout, stderr });

/** pg_dump, pg_restore and statements from standard input, as PostgreSQL's own behave for what homeauth asks of them. */
export async function dumping({ argv, stdin, version, store, passwords, others }: Asked) {
  const line = argv.join(' ');
  if (line.includes('pg_database_size')) return said(`12000000|${version}.4\n`);
  if (line.includes('pg_dump ')) {
    // What it has written before it ends badly is there all the same.
    if (store.down) return refused('pg_dump: error: connection to server failed', begin);
    return said(`${begin}${JSON.stringify(await store.read())}${end}`);
  }
  if (line.includes('pg_restore ')) {
    const [, state] = /^PGDMP\n(.*)\nPGEND$/s.exec(stdin) ?? [];
    if (state === undefined)
      return refused(
        stdin.startsWith('PGDMP')
          ? 'pg_restore: error: could not read from input file: end of file'
          : 'pg_restore: error: input file does not appear to be a valid archive',
      );
    if (line.includes('--file=/dev/null')) return said();
    const name = argv.at(-1) ?? '';
    if (!others.has(name)) return refused(`pg_restore: error: database "${name}" does not exist`);
    others.set(name, state);
    return said();
  }
  if (!line.endsWith(' -f -')) return undefined;
  if (stdin.includes('\\gexec')) {
    const [, name = ''] = /^\\connect (\w+)/.exec(stdin) ?? [];
    const state = name === 'authentik' ? await store.read() : JSON.parse(others.get(name) || 'null');
    if (!state) return refused(`FATAL:  database "${name}" does not exist`);
    const lists = Object.entries(state).filter((one): one is [string, unknown[]] => Array.isArray(one[1]));
    return said(lists.map(([table, rows]) => `public.${table}|${rows.length}\n`).join(''));
  }
  for (const sql of stdin.split(';').map((one) => one.trim())) {
    const [, dropped] = /^drop database if exists (\w+)/.exec(sql) ?? [];
    if (dropped) others.delete(dropped);
    const [, made] = /^create database (\w+)/.exec(sql) ?? [];
    if (made && others.has(made)) return refused(`ERROR:  database "${made}" already exists`);
    if (made) others.set(made, '');
    const [, from, to] = /^alter database (\w+) rename to (\w+)/.exec(sql) ?? [];
    if (from === 'authentik' && to) others.set(to, JSON.stringify(await store.read()));
    else if (from && to === 'authentik') {
      const state = JSON.parse(others.get(from) ?? 'null');
      others.delete(from);
      await store.change(() => ({ state, result: undefined }));
    }
    const [, password] = /^(?:alter|create) role authentik with login password '(.*)'$/.exec(sql) ?? [];
    if (password) passwords.set('authentik', password);
  }
  return said();
}
