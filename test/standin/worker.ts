import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { applyBlueprint } from './blueprints.ts';
import { BLUEPRINTS } from './defaults.ts';
import { eraOf } from './era.ts';
import { DEFAULT_VERSION, realTimer, type StandinOptions, timingsOf } from './options.ts';
import { push } from './outpost/served.ts';
import { bootstrap, discoverBlueprints } from './seed.ts';
import { sendMail } from './smtp.ts';
import { logLine, migrate } from './startup.ts';
import type { State } from './state.ts';
import { edit } from './store.ts';

const BEAT = 10_000;

/** The one blueprint whose first try runs into a deadlock, and which is right a moment later. */
const UNLUCKY = 'default/flow-oobe.yaml';

/**
 * The `worker` container: bootstrap, then the default blueprints one after the other, then whatever is asked of it,
 * and word to the embedded outpost about every change. Nothing of this happens without a worker.
 */
export async function startWorker(options: StandinOptions): Promise<{ close(): Promise<void> }> {
  const { store, bootstrap: given = {}, log = () => {} } = options;
  const era = eraOf(options.version ?? DEFAULT_VERSION);
  const timings = timingsOf(options.timings);
  const stop = new AbortController();
  const { signal } = stop;
  const { now, sleep } = options.timer ?? realTimer;
  const pause = (ms: number) => sleep(ms, signal);
  const id = `${randomUUID()}@${hostname()}`;
  const say = (event: string): void => log(logLine('authentik.tasks', 'info', event));
  const unlucky = new Set([UNLUCKY]);

  /**
   * At whole multiples, so that those who wait look at the database together. Of whole milliseconds: what is left of a
   * fraction can be too little for a clock to move by, which would then be asked for ever.
   */
  function tick(ms: number): Promise<void> {
    const whole = Math.ceil(ms);
    return pause(whole - (now() % whole));
  }
  let looking: Promise<State | undefined> | undefined;
  function look(): Promise<State | undefined> {
    looking ??= store
      .read()
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  function applyNext(state: State): void {
    const pk = state.queue.shift();
    const instance = state.blueprints.find((one) => one.pk === pk);
    if (!instance) return;
    if (instance.last_applied_hash === '' && unlucky.delete(instance.path)) {
      instance.status = 'error';
      state.queue.push(instance.pk);
      return;
    }
    applyBlueprint(state, instance.pk);
    say(`Blueprint applied: ${instance.path}`);
  }

  function beat(state: State): void {
    const others = state.workers.filter((one) => one.id !== id && now() - one.seen < 60_000);
    state.workers = [...others, { id, seen: now(), version: era.version }];
  }

  async function propagate(): Promise<void> {
    for (;;) {
      await tick(Math.max(timings.idle, Math.min(timings.outpostRefresh / 2, 500)));
      const state = await look();
      if (!state || state.propagation.changed === state.propagation.pushed || options.outpostWaits?.()) continue;
      await pause(timings.outpostRefresh / 2);
      await edit(store, push).catch((error) => log(logLine('authentik.outposts', 'warning', String(error))));
    }
  }

  /** One mail after the other. One that cannot be sent is lost here, and the log says why. */
  async function deliver(): Promise<void> {
    for (;;) {
      await tick(Math.max(timings.idle, 50));
      const waiting = (await look())?.mails.length;
      if (!waiting) continue;
      const mail = await edit(store, (state) => state.mails.shift()).catch(() => undefined);
      if (!mail) continue;
      const sent = options.mail
        ? sendMail(options.mail, mail, options.dialMail).then(
            () => say(`Email to ${mail.to} sent`),
            (error) => log(logLine('authentik.stages.email.tasks', 'error', `Error sending email: ${error}`)),
          )
        : say(`Email to ${mail.to} not sent: no mail settings`);
      // A server that says nothing holds up the next mail, and not the end of this worker.
      await Promise.race([sent, once(signal, 'abort')]);
    }
  }

  async function work(): Promise<void> {
    // It takes a while until a fresh worker is listed.
    let beaten = now() - BEAT + timings.blueprints / 3;
    let isIdle = false;
    for (;;) {
      await tick(Math.max(timings.blueprints / BLUEPRINTS.length, isIdle ? timings.idle : 0));
      const state = await look();
      isIdle = !state?.queue.length;
      if (!isIdle) await edit(store, applyNext).catch(() => {});
      if (now() - beaten < BEAT) continue;
      beaten = now();
      await edit(store, beat).catch(() => {});
    }
  }

  async function begin(): Promise<void> {
    await migrate(store, timings.migrate, pause, era, options.failing);
    await pause(timings.bootstrap);
    if (era.bootstrapIn.includes('worker') && (given.token || given.password)) {
      await edit(store, (state) => bootstrap(state, given, era.bootstrapEveryStart));
      say('bootstrap applied');
    }
    await edit(store, (state) => discoverBlueprints(state, era));
    await Promise.all([work(), propagate(), deliver()]);
  }

  const running = begin().catch((error) => {
    if (!signal.aborted) log(logLine('authentik.worker', 'error', String(error)));
  });
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
}
