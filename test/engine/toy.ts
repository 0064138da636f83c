import { converge } from '../../src/engine/converge.ts';
import type { Kind, Kinds } from '../../src/engine/kind.ts';
import type { Ledger } from '../../src/engine/ledger.ts';
import { observeAll, plan, wanted } from '../../src/engine/plan.ts';
import type { Progress } from '../../src/engine/run.ts';
import type { Change } from '../../src/model/change.ts';
import { type Failure, Uncertain } from '../../src/model/failure.ts';
import { differs } from '../../src/model/reason.ts';
import type { Id, Observed, Resource } from '../../src/model/resource.ts';
import type { Stage } from '../../src/model/stage.ts';
import type { World } from '../../src/world/world.ts';
import { said } from '../words.ts';

/** A thing of the toy world: any kind, with a value, and the moment from which it is ready. */
interface Thing {
  value: unknown;
  readyAt: number;
}

export interface Toy {
  readonly things: Map<Id, Thing>;
  readonly state: {
    now: number;
    writes: number;
    saves: number;
    surveys: number;
    cut: { at: number; after: boolean };
    dockerFrom: number;
    hideAfter: string;
    /** What the container that starts has said last. */
    said: (now: number) => string;
  };
  /** Touches, as the log has them, whose answers get lost one after the other, and whether each of them landed. */
  readonly lost: Map<string, boolean[]>;
  /** Touches that are refused. */
  readonly refusals: Map<string, Failure>;
  /** Touches that are under way until this is done. */
  readonly held: Map<string, Promise<void>>;
  readonly log: string[];
  readonly events: Progress[];
  ledger: Ledger;
  plan(stages: readonly Stage<undefined>[], purge?: boolean): Promise<string>;
  run(
    stages: readonly Stage<undefined>[],
    options?: { take?: boolean; purge?: boolean; signal?: AbortSignal },
  ): Promise<string>;
}

/** How long a container takes to become ready, in ms of the toy's clock. */
export const startTime = 90_000;

/**
 * A world of named values with a clock of its own, and kinds over it that stand for the real ones' sorts: `directory`
 * holds others, `container` gets ready late, `outpost` is shared with others, `service` can only be waited for,
 * what somebody else set in the `brand` is left.
 */
export function toy(): Toy {
  const things = new Map<Id, Thing>();
  const state = {
    now: 0,
    writes: 0,
    saves: 0,
    surveys: 0,
    cut: { at: -1, after: false },
    dockerFrom: 0,
    hideAfter: '',
    said: (_now: number) => '',
  };
  const log: string[] = [];
  const lost = new Map<string, boolean[]>();
  const refusals = new Map<string, Failure>();
  const held = new Map<string, Promise<void>>();

  const touch = async (words: string, effect: () => unknown): Promise<void> => {
    const cut = state.writes++ === state.cut.at;
    if (cut && !state.cut.after) throw new Error('power cut');
    log.push(words);
    await held.get(words);
    const refused = refusals.get(words);
    if (refused) throw refused;
    if (words === state.hideAfter) state.dockerFrom = state.now + 5000;
    const landed = lost.get(words)?.shift();
    if (landed !== false) effect();
    if (landed !== undefined) throw new Uncertain({ code: 'lost', problem: 'the answer was lost', fix: 'look again' });
    if (cut) throw new Error('power cut');
  };

  const simple = (name: string, over: Partial<Kind<unknown>> = {}): Kind<unknown> => ({
    told: { noun: name },
    async observe(key): Promise<Observed> {
      const thing = things.get(`${name}:${key}` as Id);
      return thing ? { is: 'present', spec: thing.value } : { is: 'absent' };
    },
    differs: (want, have) => (JSON.stringify(want) === JSON.stringify(have) ? [] : [differs('spec', 'differs')]),
    apply: (key, want) =>
      touch(`${want === undefined ? '-' : '='}${name}:${key}`, () => {
        const id = `${name}:${key}` as Id;
        if (want === undefined) things.delete(id);
        else things.set(id, { value: want, readyAt: state.now });
      }),
    hint: (key) => `look at ${key}`,
    ...over,
  });

  const below = (key: string) => [...things.keys()].some((id) => id.includes(`:${key}/`));
  const kinds = {
    file: simple('file'),
    directory: simple('directory', {
      apply: (key, want) =>
        touch(`${want === undefined ? '-' : '='}directory:${key}`, () => {
          if (want !== undefined) things.set(`directory:${key}`, { value: want, readyAt: 0 });
          else if (!below(key)) things.delete(`directory:${key}`);
        }),
      destroy: (key) =>
        touch(`!directory:${key}`, () => {
          for (const id of [...things.keys()])
            if (id === `directory:${key}` || id.includes(`:${key}/`) || id.startsWith('provider:')) things.delete(id);
        }),
      release: (_, before) => before,
    }),
    container: simple('container', {
      async observe(key) {
        if (state.now < state.dockerFrom) {
          return {
            is: 'unknown',
            because: { code: 'unanswered', of: 'Docker', says: 'Docker does not answer' },
            line: state.said(state.now),
          };
        }
        const thing = things.get(`container:${key}`);
        return thing
          ? { is: 'present', spec: { ...(thing.value as object), ready: state.now >= thing.readyAt } }
          : { is: 'absent' };
      },
      differs: (want, have) =>
        (want as { revision: string }).revision === (have as { revision: string }).revision
          ? []
          : [differs('definition', 'definition changed')],
      ready: (have) =>
        (have as { ready: boolean }).ready
          ? undefined
          : { because: { code: 'starting', says: 'starting' }, line: state.said(state.now) },
      apply: (key, want) =>
        touch(`${want === undefined ? '-' : '='}container:${key}`, () => {
          if (want === undefined) things.delete(`container:${key}`);
          else things.set(`container:${key}`, { value: want, readyAt: state.now + startTime });
        }),
      patience: 120_000,
    }),
    service: (() => {
      const { apply: _, ...look } = simple('service', { patience: 60_000 });
      return look;
    })(),
    provider: simple('provider', {
      apply: (key, want) => {
        if (want === 'lost' && !things.has(`provider:${key}`)) {
          return touch(`=provider:${key}`, () => things.set(`provider:${key}`, { value: want, readyAt: 0 })).then(
            () => {
              throw new Uncertain({ code: 'lost', problem: 'the answer was lost', fix: 'look again' });
            },
          );
        }
        return touch(`${want === undefined ? '-' : '='}provider:${key}`, () => {
          if (want === undefined) things.delete(`provider:${key}`);
          else things.set(`provider:${key}`, { value: want, readyAt: 0 });
        });
      },
    }),
    application: simple('application'),
    brand: simple('brand', { release: (_, before) => before, isTheirs: (_, have) => have !== 'nothing' }),
    outpost: simple('outpost', {
      differs: (want, have) =>
        (want as string[])
          .filter((n) => !(have as string[]).includes(n))
          .map((n) => differs('providers', `lacks ${n}`)),
      apply: (key, want, _world, have) =>
        touch(`~outpost:${key}`, () => {
          const union = new Set([...((have as string[] | undefined) ?? []), ...((want as string[] | undefined) ?? [])]);
          things.set(`outpost:${key}`, { value: want === undefined ? [] : [...union], readyAt: 0 });
        }),
      release: (ours, before, have) =>
        (have as string[]).filter((n) => !(ours as string[]).includes(n) || (before as string[]).includes(n)),
    }),
  } as unknown as Kinds;

  const world = {
    clock: {
      now: () => state.now,
      async sleep(ms: number) {
        state.now += ms;
      },
    },
  } as World;

  const show = (changes: readonly Change[]) =>
    changes.map((c) => `${c.op.padEnd(7)} ${c.id}  ${said(c.because).join(', ')}`).join('\n');
  const it: Toy = {
    things,
    state,
    lost,
    refusals,
    held,
    log,
    events: [],
    ledger: [],
    async plan(stages, purge) {
      const want = wanted(stages, undefined);
      return show(plan(kinds, want, await observeAll(want, kinds, world), it.ledger, purge));
    },
    async run(stages, options = {}) {
      const changes = await converge({
        kinds,
        world,
        stages,
        ledger: {
          read: async () => it.ledger,
          close: async () => {
            it.ledger = [];
          },
          save: async (next) => {
            state.saves += 1;
            it.ledger = structuredClone(next);
          },
        },
        survey: async () => {
          state.surveys += 1;
          return undefined;
        },
        mayTake: () => options.take ?? false,
        ...(options.purge && { purge: true }),
        progress: (event) => it.events.push(event),
        signal: options.signal ?? new AbortController().signal,
      });
      return show(changes);
    },
  };
  return it;
}

/** A stage with these things, each `[kind:key, spec]`. */
export const stage = (
  title: string,
  ...want: readonly (readonly [Id, unknown, Partial<Resource>?])[]
): Stage<undefined> => ({
  title,
  want: () =>
    want.map(([id, spec, more]) => {
      const at = id.indexOf(':');
      return { kind: id.slice(0, at), key: id.slice(at + 1), spec, ...more } as Resource;
    }),
});
