import pg from 'pg';
import type { State } from './state.ts';
import type { Store } from './store.ts';

export interface PostgresOptions {
  host: string;
  port?: number;
  user: string;
  database: string;
  password: string;
}

/** One row in the stack's own PostgreSQL. A change holds an advisory lock, as authentik's migrations do. */
export function postgresStore(options: PostgresOptions): Store {
  // The time counts for who waits for one of the four, too: on a busy machine, all of them may wait for the lock.
  const pool = new pg.Pool({ ...options, max: 4, connectionTimeoutMillis: 15_000 });
  // An idle connection that PostgreSQL closes would end the process otherwise; the next query reports it.
  pool.on('error', () => {});
  /** What was read last, by the transaction that wrote it: most who ask have it already. */
  let last: { readonly version: string; readonly state: State } | undefined;

  async function connected<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const note = (error: Error): void => {
      broken = error;
    };
    client.on('error', note);
    try {
      return await work(client);
    } finally {
      client.off('error', note);
      client.release(broken);
    }
  }

  return {
    read: () =>
      connected(async (client) => {
        const had = last;
        const found = await load(client, had?.version).catch(whenMissing);
        if (found?.state) last = { ...found, state: found.state };
        return found && (found.state ?? had?.state);
      }),
    change: (edit) =>
      connected(async (client) => {
        await client.query('begin');
        try {
          await client.query('select pg_advisory_xact_lock(1000)');
          await client.query(ownTable);
          await client.query(asAuthentik);
          const { state, result } = edit((await load(client))?.state);
          await client.query(
            'insert into standin (id, state) values (1, $1) on conflict (id) do update set state = $1',
            [JSON.stringify(state)],
          );
          await client.query('commit');
          return result;
        } catch (error) {
          await client.query('rollback').catch(() => {});
          throw error;
        }
      }),
    async dial() {
      const client = new pg.Client(options);
      // One that PostgreSQL ends, at its restart for example, is gone.
      client.on('error', () => {});
      await client.connect();
      return { close: () => client.end() };
    },
    close: () => pool.end(),
  };
}

/** The document is written with every change: to compress it takes PostgreSQL longer than all else that it does. */
const ownTable = `do $$ begin
  if to_regclass('standin') is not null then return; end if;
  create table standin (id integer primary key, state jsonb not null);
  alter table standin alter column state set storage external;
end $$`;

/** Some of authentik's tables, for who asks the database itself. */
const asAuthentik = `do $$ begin
  if to_regclass('authentik_version_history') is not null then return; end if;
  create view authentik_core_group as
    select one->>'name' as name from standin, jsonb_array_elements(state->'groups') one;
  create view authentik_core_user as
    select one->>'username' as username, one->>'type' as type from standin, jsonb_array_elements(state->'users') one;
  create view authentik_version_history as
    select version, "timestamp" from standin, jsonb_array_elements_text(state->'history') with ordinality one (version, "timestamp");
end $$`;

/** The document, left out where it is still the one of this version. */
async function load(client: pg.PoolClient, version?: string): Promise<{ version: string; state?: State } | undefined> {
  const found = await client.query<{ version: string; state?: State }>(
    'select xmin::text as version, case when xmin::text is distinct from $1 then state end as state from standin where id = 1',
    [version],
  );
  return found.rows[0];
}

/** Before the first migration the table is not there: an empty database, not an error. */
function whenMissing(error: unknown): undefined {
  if (error instanceof pg.DatabaseError && error.code === '42P01') return undefined;
  throw error;
}
