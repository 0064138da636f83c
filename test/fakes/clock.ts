import { AsyncResource } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/world/world.ts';

/** The one clock of a fake machine: of homeauth, of every program in a container, of authentik and of the test. */
export interface FakeClock extends Clock {
  /** Time that passes beside everything else. */
  pass(ms: number): void;
  /** Nobody types the next command in the same moment; where time is measured, none passes for that. */
  betweenCommands(): Promise<void>;
  /** For programs that go round for ever: they are woken as time passes, and it passes for nobody's sake but a sleeper's. */
  readonly background: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
}

interface Sleeper {
  readonly at: number;
  readonly isBackground: boolean;
  wake(): void;
}

/**
 * Time passes only as somebody sleeps, and only when nobody has anything else to do: then it is at once as late as
 * whoever wakes next wants it to be. Ten minutes cost nothing, and a busy machine is not late for anything.
 */
export function virtualClock(time = Date.now()): FakeClock {
  const sleepers = new Set<Sleeper>();
  let isTurning = false;
  const isAwaited = () => [...sleepers].some(({ isBackground }) => !isBackground);
  const next = () => [...sleepers].reduce((first, one) => (one.at < first.at ? one : first));

  async function turn(): Promise<void> {
    if (isTurning) return;
    isTurning = true;
    while (isAwaited()) {
      await nothingToDo();
      if (!isAwaited()) break;
      const first = next();
      sleepers.delete(first);
      time = Math.max(time, first.at);
      first.wake();
    }
    isTurning = false;
  }

  const asleep = (ms: number, isBackground: boolean, signal?: AbortSignal) =>
    new Promise<void>((wake, fail) => {
      signal?.throwIfAborted();
      const stop = () => {
        sleepers.delete(one);
        fail(signal?.reason);
      };
      const one: Sleeper = {
        at: time + ms,
        isBackground,
        wake() {
          signal?.removeEventListener('abort', stop);
          wake();
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      sleepers.add(one);
      void turn();
    });

  return {
    now: () => time,
    sleep: (ms) => asleep(ms, false),
    pass: (ms) => {
      time += ms;
    },
    betweenCommands: () => asleep(1000, false),
    background: { now: () => time, sleep: (ms, signal) => asleep(ms, true, signal) },
  };
}

/** A clock that goes by itself, `faster` than the one on the wall: where somebody looks on, or measures. */
export const wallClock = (faster = 20): FakeClock => {
  const begin = Date.now();
  let passed = 0;
  const now = () => begin + (Date.now() - begin) * faster + passed;
  return {
    now,
    sleep: (ms) => sleep(ms / faster).then(() => {}),
    pass: (ms) => {
      passed += ms;
    },
    betweenCommands: async () => {},
    background: { now, sleep: (ms, signal) => sleep(ms / faster, undefined, { signal }) },
  };
};

/** How many turns of the loop without any work are the end of it. */
const turns = 3;
/** What a turn of ours takes of the numbers that Node gives to whatever is begun: one to wait for it, one to look. */
const ours = 2;
let settled: Promise<void> | undefined;

/** Comes back when this process has nothing to do any more, but wait for timers. One looks for all clocks. */
const nothingToDo = (): Promise<void> => {
  settled ??= new Promise<void>(settle).finally(() => {
    settled = undefined;
  });
  return settled;
};

/** How long a process may be at work before that is a defect of its test, in ms: nothing else would end it. */
const endless = 120_000;

/** Without a promise in its turns: whether these have numbers, too, changes as a process goes on. */
function settle(done: () => void, fail: (reason: Error) => void): void {
  const begin = performance.now();
  let still = 0;
  let last = begun();
  const look = () => {
    const now = begun();
    const isStill = now - last === ours && !isAsking();
    // To ask for it takes most of a turn.
    const other = isStill ? waitedFor() : undefined;
    still = isStill && !other ? still + 1 : 0;
    last = now;
    if (still === turns) done();
    else if (performance.now() - begin > endless)
      fail(new Error(`time stands still: ${process.getActiveResourcesInfo().join(', ')}; ${asked.size} asked`));
    else if (other === 'process') setTimeout(look, 2);
    else setImmediate(look);
  };
  setImmediate(look);
}

/** How much was begun in this process so far: each request, timer, callback and tick has a number of its own. */
const begun = () => new AsyncResource('turn').asyncId();

/** Whether this process waits for another one, for the disk or for a name server. */
function waitedFor(): 'process' | 'system' | undefined {
  const active = process.getActiveResourcesInfo();
  if (active.includes('ProcessWrap')) return 'process';
  return active.some((name) => name.includes('Req')) ? 'system' : undefined;
}

/** Requests without an answer yet, and since when: a busy kernel takes its time with what goes over the loopback. */
const asked = new Map<object, number>();
/** From when on one counts as one that is not to be answered, in ms. */
const unanswered = 2000;

const isAsking = () => [...asked.values()].some((since) => performance.now() - since < unanswered);

/** Nobody's clock passes meanwhile, as for a request: for what a process that goes on running is asked for. */
export async function underWay<T>(work: Promise<T>): Promise<T> {
  asked.set(work, performance.now());
  return work.finally(() => asked.delete(work));
}

const onRequest = <T extends object>(message: unknown): T => {
  const { request } = message as { request: T };
  asked.set(request, performance.now());
  return request;
};
const onAnswer = (message: unknown) => asked.delete((message as { request: object }).request);
subscribe('undici:request:create', onRequest);
subscribe('undici:request:trailers', onAnswer);
subscribe('undici:request:error', onAnswer);
subscribe('http.client.request.start', (message) => {
  const request = onRequest<ClientRequest>(message);
  request.once('close', () => asked.delete(request));
});
