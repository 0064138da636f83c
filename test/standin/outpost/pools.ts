import type { Held, Store } from '../store.ts';

/** How many connections the Go outpost opens to the database for one app. */
const each = 4;

/** The outpost's connections: a pool for each app that is used, and all are made anew when it learns of changes. */
export interface Pools {
  /** An app is asked for. @throws where the database has no connections left */
  use(slug: string): Promise<void>;
  /** The outpost reads its providers anew: new pools are filled before the old are closed. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

async function emptied(pools: ReadonlyMap<string, Promise<Held[]>>): Promise<void> {
  for (const pool of pools.values()) for (const held of await pool.catch(() => [])) await held.close();
}

export function outpostPools(store: Store): Pools {
  let pools = new Map<string, Promise<Held[]>>();
  const filled = async (): Promise<Held[]> => {
    const dialled = await Promise.allSettled(Array.from({ length: each }, () => store.dial()));
    const held = dialled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (held.length > 0) return held;
    throw dialled.find((one) => one.status === 'rejected')?.reason;
  };
  return {
    async use(slug) {
      const pool = pools.get(slug) ?? filled();
      pools.set(slug, pool);
      await pool.catch((error: unknown) => {
        pools.delete(slug);
        throw error;
      });
    },
    async refresh() {
      const old = pools;
      pools = new Map([...old.keys()].map((slug) => [slug, filled()]));
      for (const [slug, pool] of pools) await pool.catch(() => pools.delete(slug));
      await emptied(old);
    },
    close: () => emptied(pools),
  };
}
