import type { Failure } from '../../model/failure.ts';
import type { Reason } from '../../model/reason.ts';
import type { Clock } from '../world.ts';
import type { Method } from './answer.ts';
import type { Authentik, Reach } from './api.ts';
import { type Address, openConnection } from './connection.ts';
import { dependants, listCache } from './list-cache.ts';
import { wholeList } from './listing.ts';
import { opens, reachNow } from './reach.ts';
import { type Choice, retryClient, type Tokens } from './retry-client.ts';
import type { Collection } from './schema.ts';
import { type Setup, setupState } from './setup.ts';
import { misfit, misfitPage } from './shape.ts';
import * as trouble from './trouble.ts';

export interface AuthentikOptions {
  /** Where its server can be dialled from here; undefined while its container does not run. */
  address(): Promise<Address | undefined>;
  tokens(): Promise<Tokens>;
  /** What its container said last, for somebody who waits for it. */
  lastWord?(): Promise<string | undefined>;
  /** Its public name: what its own links are made of. */
  readonly host: string;
  readonly clock: Clock;
  /** What is behind errors of its own, where that is known. */
  whyCrashed?(): Promise<Failure | undefined>;
  /** Told what a request waits for, as soon as that takes a while, and nothing when the wait is over. */
  onWait?(because: Reason | undefined): void;
  /** Milliseconds without a sign of life after which a request is given up; 15 000 unless told. */
  readonly timeout?: number;
}

/** Lists leave rows out, or carry much that nobody reads, unless they are asked like this. */
const filters: Readonly<Partial<Record<Collection, string>>> = {
  'core/applications': '?superuser_full_list=true',
  'core/groups': '?include_users=false',
  // Others are its owner's, and those that it ships are many.
  'admin/file': '?manageable_only=true&search=homeauth/',
};

/** How long a `ready` is believed, in ms. */
const readyFor = 10_000;

/** The API of one authentik. Sends nothing before it is asked something. */
export function connectAuthentik(options: AuthentikOptions): Authentik {
  const { address, tokens, host, clock, timeout = 15_000, lastWord, whyCrashed } = options;
  const line = openConnection(address, host, timeout);
  const choice: Choice = {};
  const { read, change } = retryClient(line, tokens, choice, clock, options);
  const lists = listCache(async (collection) => {
    const path = `${url(collection)}${filters[collection] ?? ''}`;
    // It knows no pages.
    const rows = collection === 'admin/file' ? ((await read(path)) as readonly object[]) : await wholeList(read, path);
    return fitting('GET', path, collection, rows);
  }, clock);
  let looking: Promise<Reach> | undefined;
  let ready: number | undefined;
  let setup: Setup = 'unknown';

  async function look(): Promise<Reach> {
    line.forget();
    const reach = await reachNow(line, await tokens(), choice, clock);
    ready = reach.is === 'ready' ? clock.now() : undefined;
    if (reach.is !== 'starting') return reach;
    const failure = reach.crashed ? await whyCrashed?.() : undefined;
    if (failure) return { is: 'starting', because: failure.because ?? reach.because, failure };
    const said = await lastWord?.();
    return said === undefined ? reach : { ...reach, line: said };
  }

  async function touch(touched: readonly Collection[], work: () => Promise<unknown>): Promise<unknown> {
    try {
      return await work();
    } finally {
      lists.drop(touched);
    }
  }

  async function touchRow(method: Method, collection: Collection, path: string, body: unknown): Promise<object> {
    const row = await touch([collection], () => change(method, path, body));
    return fitting(method, path, collection, [row as object])[0] as object;
  }

  const authentik: Authentik = {
    async reach(how) {
      if (how === undefined && ready !== undefined && clock.now() - ready < readyFor) return { is: 'ready' };
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    async ownTokenWorks() {
      const { own } = await tokens();
      return own !== undefined && (await opens(line, own, clock));
    },
    async setup() {
      if (setup !== 'closed') setup = await setupState(line);
      return setup;
    },
    list: (collection, how) => lists.get(collection, how) as never,
    async create(collection, body) {
      const row = await touchRow('POST', collection, url(collection), body);
      lists.add(collection, row);
      return row as never;
    },
    update: (collection, id, body) => touchRow('PATCH', collection, url(collection, id), body) as never,
    async remove(collection, id) {
      const touched = [collection, ...(dependants[collection] ?? [])];
      const path = collection === 'admin/file' ? `${url(collection)}${queryOf({ name: id })}` : url(collection, id);
      await touch(touched, () => change('DELETE', path));
    },
    async get(path, query) {
      return fittingPage('GET', path, await read(url(path) + queryOf(query))) as never;
    },
    async call(method, path, body, touches) {
      return fittingPage(method, path, await touch(touches, () => change(method, url(path), body)));
    },
    async upload(name, picture) {
      const form = new FormData();
      form.set('name', name);
      form.set('file', new Blob([Uint8Array.from(picture)]), name);
      await touch(['admin/file'], () => change('POST', url('admin/file'), form));
    },
    async installOwnKey(identifier) {
      const { own } = await tokens();
      if (!own) throw trouble.noToken();
      await authentik.call('POST', `core/tokens/${identifier}/set_key`, { key: own }, ['core/tokens']);
    },
  };
  return authentik;
}

/** The same rows, where homeauth can read them. @throws Failure authentik-strange */
function fitting<R>(method: Method, path: string, collection: Collection, rows: readonly R[]): readonly R[] {
  const wrong = misfit(collection, rows);
  if (wrong !== undefined) throw trouble.misshapen(method, path, wrong);
  return rows;
}

function fittingPage(method: Method, path: string, found: unknown): unknown {
  const wrong = misfitPage(path, found);
  if (wrong !== undefined) throw trouble.misshapen(method, path, wrong);
  return found;
}

const queryOf = (query: Readonly<Record<string, string | number>> = {}): string => {
  const words = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return words.length > 0 ? `?${words.join('&')}` : '';
};

/** Every address ends with a slash: without it authentik answers 404, or an empty 405. */
const url = (path: string, id?: string | number): string =>
  `/api/v3/${path}/${id === undefined ? '' : `${encodeURIComponent(id)}/`}`;
