import { setTimeout as sleep } from 'node:timers/promises';
import type { Standin, StandinOptions } from './options.ts';
import { startServer } from './server.ts';
import { type MemoryStore, memoryStore } from './store.ts';
import { startWorker } from './worker.ts';

export interface ReadyStack {
  server: Standin;
  worker: { close(): Promise<void> };
  store: MemoryStore;
  token: string;
  /** Calls the REST API as akadmin; `path` begins below `/api/v3`. */
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  close(): Promise<void>;
}

/** A server and a worker on one memory store, returned when every default object is there. */
export async function startReady(options: Partial<StandinOptions> = {}): Promise<ReadyStack> {
  const store = memoryStore();
  const token = 'akadminsFirstToken0123456789';
  const timings = { migrate: 10, bootstrap: 5, blueprints: 30, outpostRefresh: 30, ...options.timings };
  const common = { secretKey: 'k'.repeat(50), store, ...options, timings };
  const server = await startServer(common);
  const worker = await startWorker({ ...common, bootstrap: { token, password: 'AdminThrowaway1!' } });
  const applied = async (): Promise<boolean> => {
    const blueprints = (await store.read())?.blueprints ?? [];
    return blueprints.length > 0 && blueprints.every((one) => one.status === 'successful');
  };
  while (!(await applied())) await sleep(5);
  while ((await fetch(`${server.url}/outpost.goauthentik.io/ping`)).status !== 204) await sleep(5);
  return {
    server,
    worker,
    store,
    token,
    async api(method, path, body) {
      const answer = await fetch(`${server.url}/api/v3${path}`, {
        method,
        headers: {
          Accept: 'application/json',
          Authorization: `Bearer ${token}`,
          ...(body instanceof FormData ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.startsWith('application/json');
      return { status: answer.status, body: isJson ? JSON.parse(text) : text };
    },
    async close() {
      await Promise.all([server.close(), worker.close()]);
    },
  };
}
