import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answering, answer } from './answer.ts';
import { eraOf } from './era.ts';
import { faulty } from './fault.ts';
import { readBody } from './http/read.ts';
import type { Reply } from './http/reply.ts';
import { trustedPeers } from './http/trust.ts';
import { writeReply } from './http/write.ts';
import { DEFAULT_VERSION, realTimer, type Seen, type Standin, type StandinOptions, timingsOf } from './options.ts';
import { outpostPools } from './outpost/pools.ts';
import { push } from './outpost/served.ts';
import { schemaWatch } from './schema/watch.ts';
import { bootstrap } from './seed.ts';
import { logLine, migrate } from './startup.ts';
import { edit } from './store.ts';

/**
 * The `server` container: listens at once, answers 503 while it migrates, then serves the API, the flows and
 * the embedded outpost.
 * @throws when `trustedProxies` holds an address without a mask.
 */
export async function startServer(options: StandinOptions): Promise<Standin> {
  const { store, secretKey, bootstrap: given = {}, log = () => {}, host = '127.0.0.1', port = 0 } = options;
  const era = eraOf(options.version ?? DEFAULT_VERSION);
  const timings = timingsOf(options.timings);
  const stop = new AbortController();
  const pause = (ms: number) => (options.timer ?? realTimer).sleep(ms, stop.signal);
  const requests: Seen[] = [];
  const asked = new Map<string, number>();
  const watch = options.checkSchema ? await schemaWatch(era) : { violations: [], see: () => {} };
  const on: Answering = {
    store,
    site: {
      era,
      secretKey,
      hostname: hostname(),
      canSaveMedia: options.canSaveMedia ?? true,
      now: options.now ?? Date.now,
      say: (event) => log(logLine('authentik.flows', 'error', event)),
    },
    isTrusted: trustedPeers(options.trustedProxies),
    phase: { ready: false, attached: false },
    remembered: { served: [], pushed: undefined },
    pools: outpostPools(store),
    onCrash: (error) => log(logLine('authentik.root.middleware', 'error', String(error))),
    onAnswer: watch.see,
  };

  let busy: Promise<unknown> = Promise.resolve();
  const work = async (ms: number): Promise<void> => {
    if (ms <= 0) return;
    busy = busy.then(() => sleep(ms));
    await busy;
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await readBody(request);
    const path = request.url ?? '/';
    const method = request.method ?? 'GET';
    const seen: Seen = { method, path, status: 0, at: now() };
    requests.push(seen);
    const nth = (asked.get(`${method} ${path}`) ?? 0) + 1;
    asked.set(`${method} ${path}`, nth);
    const respond = async () => {
      const reply = raw ? await answer(on, request, raw) : { status: 502, headers: {}, body: '' };
      await work(options.cost?.({ method, path, rows: rowsIn(reply) }) ?? 0);
      return reply;
    };
    const sent = await faulty(
      options.fault?.({ method, path, nth, body: String(raw ?? '') }),
      method,
      respond,
      stop.signal,
    );
    if (!sent) {
      response.destroy();
      return;
    }
    seen.status = sent.reply.status;
    seen.until = now();
    log(
      logLine('authentik.asgi', 'info', path, {
        method,
        status: sent.reply.status,
        remote: request.socket.remoteAddress,
      }),
    );
    writeReply(response, sent.reply, sent.cut);
  }

  async function begin(): Promise<void> {
    log(logLine('authentik.lib.migrations', 'info', 'applying django migrations'));
    await migrate(store, timings.migrate, pause, era, options.failing);
    if (options.baseUrl && era.baseUrl) {
      await edit(store, (state) =>
        Object.assign(state.settings, { base_url: state.settings['base_url'] || options.baseUrl }),
      );
    }
    on.phase.ready = true;
    log(logLine('authentik.router', 'info', 'authentik core is healthy'));
    if (era.bootstrapIn.includes('server') && (given.token || given.password)) {
      await pause(timings.bootstrap / 3);
      await edit(store, (state) => bootstrap(state, given, era.bootstrapEveryStart));
    }
    await pause(timings.outpostRefresh / 5);
    await edit(store, push);
    on.phase.attached = true;
    log(logLine('authentik.outpost', 'info', 'embedded outpost attached'));
    // Without a word from the worker the outpost still asks every five minutes.
    for (;;) {
      await pause(timings.outpostRefresh * 60);
      if (!options.outpostWaits?.()) await edit(store, push).catch(on.onCrash);
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      on.onCrash(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const running = begin().catch((error) => {
    if (!stop.signal.aborted) on.onCrash(error);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host}:${bound}`,
    port: bound,
    requests,
    violations: watch.violations,
    async close() {
      stop.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await running;
      await on.pools.close();
    },
  };
}

/** The time, in parts of a ms. */
const now = (): number => performance.timeOrigin + performance.now();

/** How many rows a list has; none, where it is no list. */
function rowsIn({ body }: Reply): number {
  if (typeof body !== 'string' || !body.startsWith('{"pagination"')) return 0;
  return JSON.parse(body).results.length;
}
