import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, test } from 'vitest';
import type { CommandName } from '../../src/cli.ts';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { memoryFiles, type OpenFiles } from '../fakes/files.ts';
import { gated, sorts } from '../fakes/gate.ts';
import type { Flags } from '../fakes/homeauth.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

/** Whether a call came through the gate, however deep it is made. */
const passing = new AsyncLocalStorage<string>();
const effects = (adapter: 'files' | 'docker') =>
  Object.entries(sorts[adapter]).flatMap(([method, sort]) => (sort === 'effect' ? [method] : []));

/** Writes down every change that reaches the machine, and whether it came through the gate. */
function watched<T extends object>(adapter: T, methods: readonly string[], past: string[]): T {
  return new Proxy(adapter, {
    get(target, method: string) {
      const original = Reflect.get(target, method) as unknown;
      if (typeof original !== 'function' || !methods.includes(method)) return original;
      return (...args: unknown[]) => {
        if (passing.getStore() === undefined) past.push(`${method} ${String(args[0])}`);
        return original.apply(target, args);
      };
    },
  });
}

interface Seen {
  /** Changes of files and containers that came to the machine by another way. */
  readonly past: readonly string[];
  /** Requests that change something, as authentik had them, and as many as came through the gate. */
  readonly requests: readonly string[];
  readonly passed: number;
}

let fake: FakeWorld;
afterEach(() => fake.close());

/** Runs commands on a machine that watches itself. `door`: how their process goes past the gate. */
async function watch(
  runs: readonly (readonly [CommandName, readonly string[], Flags?])[],
  door: (through: Pick<Runtime, 'world' | 'connect'>, fake: FakeWorld) => Partial<Runtime> = (same) => same,
): Promise<Seen> {
  const past: string[] = [];
  let passed = 0;
  fake = fakeWorld({ files: watched(memoryFiles(), effects('files'), past) as OpenFiles });
  const docker = watched(fake.docker, effects('docker'), past);
  const machine: FakeWorld = { ...fake, docker, world: { ...fake.world, docker } };
  const through = gated(machine, ({ name, adapter, changes }, work) => {
    if (!changes) return work();
    if (adapter === 'authentik') passed += 1;
    return passing.run(name, work);
  });
  for (const [command, args, flags] of runs) {
    const { failure } = await homeauthIn(machine, door(through, machine))(command, args, flags);
    expect(failure).toBeUndefined();
  }
  const requests = fake.servers
    .flatMap((server) => server.requests)
    .filter(({ method, path }) => method !== 'GET' && method !== 'HEAD' && !path.includes('/flows/executor/'))
    .map(({ method, path }) => `${method} ${path}`);
  return { past, requests, passed };
}

const life = [
  ['init', [], initFlags],
  ['add-app', ['whoami']],
  ['remove-app', ['whoami']],
  ['uninstall', [], { confirm: 'home.example.com' }],
] as const;

test('every effect of a whole life passes the one place', async () => {
  const { past, requests, passed } = await watch(life);
  expect(past).toEqual([]);
  expect(requests.length).toBeGreaterThan(10);
  expect(passed).toBe(requests.length);
});

describe('one that goes round it is noticed', () => {
  test('a file', async () => {
    const { past } = await watch(life.slice(0, 1), ({ world, connect }, { files }) => ({
      connect,
      world: { ...world, files },
    }));
    expect(past).toContain('makeDirectory /srv/docker/authentik');
  });

  test('a container', async () => {
    const { past } = await watch(life.slice(0, 1), ({ world, connect }, { docker }) => ({
      connect,
      world: { ...world, docker },
    }));
    // The database, Caddy, the server, and the worker twice: at last without the bootstrap variables.
    expect(past.filter((line) => line.startsWith('run '))).toHaveLength(5);
  });

  test('a request to authentik', async () => {
    const { requests, passed } = await watch(life.slice(0, 1), ({ world }, { connect }) => ({ world, connect }));
    expect(passed).toBe(0);
    expect(requests.length).toBeGreaterThan(5);
  });

  test('a call that nobody has judged', () => {
    fake = fakeWorld();
    const files = { ...fake.world.files, chown: async () => {} };
    const { world } = gated({ ...fake, world: { ...fake.world, files } }, (_, work) => work());
    expect(() => (world.files as typeof files).chown()).toThrow('files.chown');
  });
});
