import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { virtualClock } from './fakes/clock.ts';
import { timeOf } from './recordings/codes.ts';
import { type Exchange, readRecording } from './recordings/exchange.ts';
import { Names } from './recordings/names.ts';
import { replay, replayUntil } from './recordings/replay.ts';
import { isPlayed, SKIPPED } from './recordings/skipped.ts';
import { memoryStore, type Standin, type StandinOptions, startServer, startWorker } from './standin/index.ts';

const TOKEN = 'bootstraptokenthrowaway0123456789abcdefghijklmnopqrstuvwxyzA';
const BOOTSTRAP = { token: TOKEN, password: 'AdminThrowaway1!', email: 'root@home.example.com' };
const COMMON = {
  version: '2026.8.0-rc1',
  secretKey: 'secretkeythrowawayABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdef',
};

const running = new Set<{ close(): Promise<void> }>();
const keep = <T extends { close(): Promise<void> }>(one: T): T => {
  running.add(one);
  return one;
};
const stop = async (one: { close(): Promise<void> }): Promise<void> => {
  running.delete(one);
  await one.close();
};
afterAll(() => Promise.all([...running].map(stop)));

async function until(server: Standin, status: number): Promise<void> {
  const ready = async (): Promise<number> => (await fetch(`${server.url}/-/health/ready/`)).status;
  while ((await ready()) !== status) await sleep(10);
}

const played = new Set<Exchange>();
const pick = (file: string, from: number, to: number): Exchange[] => {
  const found = readRecording(file).filter((one) => one.line >= from && one.line <= to && isPlayed(one));
  for (const one of found) played.add(one);
  return found;
};
const WHOLE = Number.POSITIVE_INFINITY;

/** One stack, as the recordings 02 to 07, 09 and 10 had it, in the order in which they were made. */
test('answers as the recorded authentik did, also restarted, without its database and without a worker', async () => {
  const store = memoryStore();
  const timings = { migrate: 10, bootstrap: 10, blueprints: 30, outpostRefresh: 50 };
  let time = Date.now();
  const clock = (t: number): void => {
    time = timeOf(t);
  };
  // A busy machine takes longer for some requests in a row than an outpost does until it hears of a change.
  let outpostWaits = false;
  const common: StandinOptions = { ...COMMON, store, timings, now: () => time, outpostWaits: () => outpostWaits };
  const worker = keep(await startWorker({ ...common, bootstrap: BOOTSTRAP }));
  let server: Standin = keep(await startServer(common));
  const names = new Names();
  await until(server, 200);
  const settle = async (): Promise<void> => {
    const busy = async (): Promise<boolean> => {
      const state = await store.read();
      const waiting = state?.blueprints.some((one) => one.status !== 'successful') || state?.queue.length;
      return Boolean(waiting) || state?.propagation.changed !== state?.propagation.pushed;
    };
    outpostWaits = false;
    do await sleep(50);
    while (await busy());
    outpostWaits = true;
  };
  const atOnce = async (): Promise<void> => {};
  await settle();
  while ((await fetch(`${server.url}/outpost.goauthentik.io/ping`)).status !== 204) await sleep(10);
  const nine = '09-restarts-and-worker';

  const main = [
    ...pick('02-happy-path', 1, WHOLE),
    ...pick('04-forward-auth', 1, WHOLE),
    ...pick('03-errors', 1, WHOLE),
    ...pick('10-extras', 1, WHOLE),
    ...pick('05-second-factor', 1, WHOLE),
    ...pick('06-recovery-invitation', 1, WHOLE),
    ...pick('07-oauth2', 1, WHOLE),
    ...pick(nine, 1, 25),
  ].sort((a, b) => a.t - b.t);
  expect(await replay(server.url, names, main, settle, clock)).toEqual([]);

  outpostWaits = false;
  await stop(server);
  server = keep(await startServer({ ...common, timings: { ...timings, migrate: 2000, outpostRefresh: 6000 } }));
  expect(await replayUntil(server.url, names, pick(nine, 30, 51), { limit: 8000 })).toEqual([]);

  store.down = true;
  expect(await replay(server.url, names, pick(nine, 52, 63), atOnce)).toEqual([]);
  store.down = false;
  expect(await replay(server.url, names, pick(nine, 64, 68), atOnce)).toEqual([]);

  // Without a worker the outpost asks by itself, after sixty times its usual delay.
  await Promise.all([stop(worker), stop(server)]);
  server = keep(await startServer({ ...common, timings: { ...timings, outpostRefresh: 40 } }));
  await until(server, 200);
  expect(await replayUntil(server.url, names, pick(nine, 69, 76), { limit: 5000 })).toEqual([]);
  expect(await replay(server.url, names, pick(nine, 26, 29), atOnce)).toEqual([]);
});

/** A log of changes while a fresh stack starts: each line has to come true, in this order. */
async function starts(exchanges: readonly Exchange[], given: Partial<Record<'server' | 'worker', object>>) {
  const store = memoryStore();
  const timings = { migrate: 1000, bootstrap: 2400, blueprints: 1500, outpostRefresh: 50 };
  // Time passes only while a line has not come true yet: no moment is missed, however busy the machine is.
  const clock = virtualClock();
  const common: StandinOptions = { ...COMMON, store, timings, timer: clock.background };
  const server = keep(await startServer({ ...common, ...(given.server ? { bootstrap: given.server } : {}) }));
  const worker = keep(await startWorker({ ...common, ...(given.worker ? { bootstrap: given.worker } : {}) }));
  const wrong = await replayUntil(server.url, new Names(), exchanges, { limit: 8000, pass: clock.sleep });
  await Promise.all([stop(server), stop(worker)]);
  return wrong;
}

test('starts as recorded with the bootstrap variables on the worker', async () => {
  expect(await starts(pick('01-startup', 1, WHOLE), { worker: BOOTSTRAP })).toEqual([]);
});

test.each([
  ['none', 1, 42, {}],
  ['tokenonly', 43, 61, { worker: { token: TOKEN } }],
  ['server', 62, 80, { server: BOOTSTRAP }],
  ['both', 81, 97, { server: BOOTSTRAP, worker: BOOTSTRAP }],
] as const)('closes the first-run setup as recorded: %s', async (_mode, from, to, given) => {
  expect(await starts(pick('08-setup-closed', from, to), given)).toEqual([]);
});

test('plays everything that is not skipped by name', () => {
  const files = ['01-startup', '02-happy-path', '03-errors', '04-forward-auth', '08-setup-closed', '10-extras'];
  const later = ['05-second-factor', '06-recovery-invitation', '07-oauth2', '09-restarts-and-worker'];
  const all = [...files, ...later].flatMap(readRecording);
  console.log(`${played.size} exchanges replayed, ${SKIPPED.size} skipped by name, ${all.length} recorded`);
  expect(played.size + SKIPPED.size).toBe(all.length);
});
