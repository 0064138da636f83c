import type { Surroundings } from '../../src/procedures/surroundings.ts';
import type { FakeWorld } from './world.ts';

/** What changes something, by adapter. Everything else only looks. */
const effects = {
  files: ['write', 'create', 'overwrite', 'makeDirectory', 'setAccess', 'remove', 'removeTree'],
  docker: ['pull', 'createNetwork', 'removeNetwork', 'run', 'start', 'connect', 'remove'],
  zfs: ['create', 'destroy'],
  authentik: ['create', 'update', 'remove', 'call', 'installOwnKey'],
  clock: [],
  http: [],
} as const;

export class PowerCut extends Error {}

export interface Power {
  /** How many effects there were; the last is the one at which it ended. */
  readonly effects: readonly string[];
  /** For the one process that is cut. */
  readonly over: Partial<Surroundings>;
}

/**
 * One process's view of a machine, cut off at its n-th effect: before it happened, or after it happened and before
 * anybody heard of it. From then on nothing that this process tries reaches the machine any more.
 */
export function cutAt(fake: FakeWorld, n = Number.POSITIVE_INFINITY, when: 'before' | 'after' = 'before'): Power {
  const seen: string[] = [];
  let isDead = false;
  const wrap = <T extends object>(adapter: T, name: keyof typeof effects): T =>
    new Proxy(adapter, {
      get(target, method: string) {
        const original = Reflect.get(target, method) as unknown;
        if (typeof original !== 'function') return original;
        if (method === 'now') return original;
        return async (...args: unknown[]) => {
          if (isDead) throw new PowerCut('dead');
          const isReload = name === 'docker' && method === 'exec' && JSON.stringify(args).includes('"reload"');
          const isEffect = isReload || (effects[name] as readonly string[]).includes(method);
          if (!isEffect) return original.apply(target, args);
          seen.push(`${name}.${method} ${String(args[0])}${isReload ? ' reload' : ''}`);
          const isLast = seen.length === n;
          if (isLast && when === 'before') isDead = true;
          if (isDead) throw new PowerCut(seen.at(-1));
          const result = await original.apply(target, args);
          if (isLast) isDead = true;
          if (isDead) throw new PowerCut(seen.at(-1));
          return result;
        };
      },
    });
  const { files, docker, zfs, clock, http } = fake.world;
  return {
    effects: seen,
    over: {
      world: {
        ...fake.world,
        files: wrap(files, 'files'),
        docker: wrap(docker, 'docker'),
        zfs: wrap(zfs, 'zfs'),
        clock: wrap(clock, 'clock'),
        http: wrap(http, 'http'),
      },
      connect: (options) => wrap(fake.connect(options), 'authentik'),
    },
  };
}
