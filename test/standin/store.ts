import type { State } from './state.ts';

/** Where server and worker meet: one document, changed by one at a time. Both methods throw when it cannot be reached. */
export interface Store {
  read(): Promise<State | undefined>;
  /** Keeps what `edit` did to its copy, unless it throws. `edit` gets undefined when nothing is there and may return a first state. */
  change<T>(edit: (state: State | undefined) => { state: State; result: T }): Promise<T>;
  /** A connection to the database, held until it is closed. @throws where the database has none left */
  dial(): Promise<Held>;
  close(): Promise<void>;
}

export interface Held {
  close(): Promise<void>;
}

/** A store inside this process, with a switch that makes it unreachable as a stopped PostgreSQL is. */
export interface MemoryStore extends Store {
  down: boolean;
  /** Connections that are held, and how many the database allows: at the limit nobody gets in. */
  held: number;
  limit: number;
}

export function memoryStore(): MemoryStore {
  let kept: State | undefined;
  const store: MemoryStore = {
    down: false,
    held: 0,
    limit: Number.POSITIVE_INFINITY,
    async read() {
      await reachable();
      return kept;
    },
    async change(edit) {
      await reachable();
      const { draft, made } = drafted(kept);
      const { state, result } = edit(draft);
      kept = state === draft ? made() : state;
      return result;
    },
    async dial() {
      await reachable();
      store.held += 1;
      return {
        async close() {
          store.held -= 1;
        },
      };
    },
    async close() {},
  };
  async function reachable(): Promise<void> {
    await new Promise(setImmediate);
    if (store.down) throw new Error('connection failed: Connection refused');
    if (store.held >= store.limit) throw new Error('connection failed: FATAL:  sorry, too many clients already');
  }
  return store;
}

/** A copy to be changed, and what it came to. Most tables are left alone by most, so each is copied when somebody asks for it. */
function drafted(kept: State | undefined): { draft: State | undefined; made(): State | undefined } {
  if (!kept) return { draft: undefined, made: () => undefined };
  const copied: Partial<State> = {};
  const draft = new Proxy(kept, {
    get(_, table: keyof State) {
      if (!(table in copied)) Object.assign(copied, { [table]: structuredClone(kept[table]) });
      return copied[table];
    },
    set: (_, table, value) => Reflect.set(copied, table, value),
  });
  return { draft, made: () => ({ ...kept, ...copied }) };
}

/** Changes a state that must be there already. */
export const edit = <T>(store: Store, work: (state: State) => T): Promise<T> =>
  store.change((state) => {
    if (!state) throw new Error('relation "authentik_tenants_tenant" does not exist');
    return { state, result: work(state) };
  });
