import type { IncomingMessage } from 'node:http';
import { callApi } from './api/router.ts';
import { ROUTES } from './api/routes.ts';
import type { Call, Site } from './http/call.ts';
import { callOf } from './http/read.ts';
import { ApiError, crash, type Reply, text } from './http/reply.ts';
import { starting } from './http/starting.ts';
import { fromDjango } from './http/write.ts';
import { OUTPOST, outpost } from './outpost/handle.ts';
import type { Pools } from './outpost/pools.ts';
import { appFor } from './outpost/served.ts';
import { changesOnGet, corePage } from './pages.ts';
import type { ServedApp, State } from './state.ts';
import { edit, type Store } from './store.ts';

/** Where the server is in its life. */
interface Phase {
  ready: boolean;
  /** The embedded outpost attaches a moment after the core is ready. */
  attached: boolean;
}

export interface Answering {
  store: Store;
  site: Site;
  isTrusted: (peer: string | undefined) => boolean;
  phase: Phase;
  /** The outpost's own memory, for when the database is away. */
  remembered: { served: readonly ServedApp[]; pushed: unknown };
  pools: Pools;
  onCrash: (error: unknown) => void;
  onAnswer: (call: Call, reply: Reply) => void;
}

const nothing = (status: number): Reply => ({ status, headers: {}, body: '' });

/** The router: health, then the outpost, then authentik itself. */
export async function answer(on: Answering, request: IncomingMessage, raw: Buffer): Promise<Reply> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const method = request.method ?? 'GET';
  if (path === '/-/metrics/') return text(404, '404 page not found\n');
  if (path === '/-/health/live/') return nothing(on.phase.ready && (await alive(on.store)) ? 200 : 502);
  if (!on.phase.ready) return starting(request.headers.accept ?? '', on.site.era.startingStatus);
  if (path === '/-/health/ready/') {
    const healthy: Reply = { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '' };
    return fromDjango((await alive(on.store)) ? healthy : crash('GET'));
  }
  if (on.phase.attached && path === `${OUTPOST}ping`) return nothing(204);
  const host = String(request.headers['x-forwarded-host'] ?? request.headers.host ?? '');
  try {
    const app = on.phase.attached && path.startsWith(OUTPOST) ? appFor(on.remembered.served, host) : undefined;
    if (app) await on.pools.use(app.slug);
    return await fromState(on, request, raw, path);
  } catch (error) {
    on.onCrash(error);
    // Without its session store the outpost fails closed.
    if (on.phase.attached && path.startsWith(OUTPOST) && appFor(on.remembered.served, host)) return nothing(400);
    return fromDjango(crash(method));
  }
}

async function fromState(on: Answering, request: IncomingMessage, raw: Buffer, path: string): Promise<Reply> {
  let call: Call | undefined;
  const work = (state: State): Reply => {
    call = callOf(request, raw, state, on.site, on.isTrusted);
    on.remembered.served = state.propagation.served;
    if (on.remembered.pushed !== state.propagation.pushed) void on.pools.refresh();
    on.remembered.pushed = state.propagation.pushed;
    const fromOutpost = on.phase.attached && path.startsWith(OUTPOST) ? outpost(call) : undefined;
    if (fromOutpost) return fromOutpost;
    const api = path.startsWith('/api/v3/') && !path.startsWith('/api/v3/flows/executor/');
    const reply = fromDjango(api ? callApi(ROUTES, call) : corePage(call));
    on.onAnswer(call, reply);
    return reply;
  };
  try {
    if (mayChange(request.method ?? 'GET', path)) return await edit(on.store, work);
    const state = await on.store.read();
    if (!state) throw new Error('relation "authentik_tenants_tenant" does not exist');
    return work(state);
  } catch (error) {
    if (!(error instanceof ApiError) || !call) throw error;
    const reply = fromDjango(error.reply);
    on.onAnswer(call, reply);
    return reply;
  }
}

const mayChange = (method: string, path: string): boolean =>
  (method !== 'GET' && method !== 'HEAD') ||
  changesOnGet(path) ||
  path === `${OUTPOST}callback` ||
  path === `${OUTPOST}sign_out`;

const alive = (store: Store): Promise<boolean> =>
  store.read().then(
    () => true,
    () => false,
  );
