import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import type { Authentik } from '../../../src/world/authentik/api.ts';
import { type AuthentikOptions, connectAuthentik } from '../../../src/world/authentik/client.ts';
import type { Tokens } from '../../../src/world/authentik/retry-client.ts';
import type { Clock, World } from '../../../src/world/world.ts';
import { memoryStore, type Standin, type StandinOptions, startServer, startWorker } from '../../standin/index.ts';
import type { State } from '../../standin/state.ts';
import { until } from '../../until.ts';

export const bootstrapToken = 'bootstrap0123456789abcdefghijklmnopqrstuvwxyz';
export const ownKey = 'own0123456789abcdefghijklmnopqrstuvwxyz';
export const authHost = 'auth.home.example.com';

/** A clock that runs so many times as fast as the one on the wall. */
export const fastClock = (times = 50): Clock => ({
  now: () => performance.now() * times,
  sleep: (ms) => sleep(ms / times),
});

/** A clock that moves only when somebody sleeps, or moves it. */
export interface SteppingClock extends Clock {
  pass(ms: number): void;
  readonly slept: number[];
}

export function steppingClock(): SteppingClock {
  let now = 0;
  const slept: number[] = [];
  const pass = (ms: number): void => {
    now += ms;
  };
  return {
    now: () => now,
    pass,
    slept,
    async sleep(ms) {
      slept.push(ms);
      pass(ms);
      await sleep(1);
    },
  };
}

export interface Up {
  readonly server: Standin;
  readonly authentik: Authentik;
  readonly world: World;
  /** What authentik's database holds. */
  state(): Promise<State>;
  /** Somebody else changes something. */
  edit(work: (state: State) => void): Promise<void>;
  /** Requests that could change something, as `POST /api/v3/core/users/`. */
  changes(): string[];
  reads(): string[];
}

export interface UpOptions extends Partial<StandinOptions> {
  tokens?: Tokens;
  clock?: Clock;
  timeout?: number;
  onWait?: AuthentikOptions['onWait'];
  worker?: boolean;
  /** Do not wait for the default objects. */
  early?: boolean;
}

const both: Tokens = { own: new Secret(ownKey), bootstrap: new Secret(bootstrapToken) };

/** A stand-in for authentik, and the adapter that talks to it over a real socket. */
export async function up({
  tokens = both,
  clock = fastClock(),
  timeout,
  onWait,
  worker = true,
  early,
  ...rest
}: UpOptions = {}): Promise<Up> {
  const store = memoryStore();
  const options: StandinOptions = {
    secretKey: 'k'.repeat(50),
    store,
    timings: { migrate: 5, bootstrap: 5, blueprints: 30, outpostRefresh: 20 },
    bootstrap: { token: bootstrapToken },
    ...rest,
  };
  const server = await startServer(options);
  const stop = worker ? await startWorker(options) : undefined;
  onTestFinished(async () => {
    await stop?.close();
    await server.close();
  });
  const authentik = connectAuthentik({
    address: async () => ({ host: '127.0.0.1', port: server.port }),
    tokens: async () => tokens,
    host: authHost,
    clock,
    ...(timeout !== undefined && { timeout }),
    ...(onWait && { onWait }),
  });
  const state = async () =>
    (await store.read()) ??
    (() => {
      throw new Error('no state yet');
    })();
  if (!early) await until(async () => isSettled(await state()) && (await authentik.reach()).is === 'ready');
  const docker = { container: async () => ({ found: {} }), logs: async () => ['applying blueprints'] };
  return {
    server,
    authentik,
    world: { authentik, clock, docker } as unknown as World,
    state,
    async edit(work) {
      await store.change((now) => {
        if (!now) throw new Error('no state yet');
        work(now);
        return { state: now, result: undefined };
      });
    },
    changes: () => seen(server, (method) => method !== 'GET' && method !== 'HEAD'),
    reads: () => seen(server, (method) => method === 'GET'),
  };
}

const seen = ({ requests }: Standin, which: (method: string) => boolean): string[] =>
  requests.filter(({ method }) => which(method)).map(({ method, path }) => `${method} ${path}`);

const isSettled = ({ blueprints }: State): boolean =>
  blueprints.length > 0 && blueprints.every(({ status }) => status === 'successful');
