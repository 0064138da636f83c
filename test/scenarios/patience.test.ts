import { describe, expect, test } from 'vitest';
import { connectAuthentik } from '../../src/world/authentik/client.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { installed } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import type { FakeOptions } from '../fakes/world.ts';
import { fakeWorld } from '../fakes/world.ts';

/** Real seconds are this many times shorter here. */
const times = 20;
const seconds = (n: number) => (n * 1000) / times;

test('a list that takes 20 s is waited for, and the change made', async () => {
  let isBusy = false;
  const isList = (path: string) => path.startsWith('/api/v3/providers/proxy/?') || path.startsWith('/api/v3/core/app');
  const fake = await installed(['whoami'], {
    standin: {
      fault: ({ method, path }) =>
        isBusy && method === 'GET' && isList(path) ? { kind: 'delay', ms: seconds(20) } : undefined,
    },
  });
  isBusy = true;
  const homeauth = homeauthIn(fake, {
    connect: (options) => connectAuthentik({ ...options, timeout: seconds(15) }),
  });
  const { failure, code } = await homeauth('add-app', ['wiki'], { upstream: 'wiki:80' });
  expect(failure).toBeUndefined();
  expect(code).toBe(4); // there is no container wiki
  await fake.close();
});

describe('while authentik migrates for minutes, and Docker calls it unhealthy,', () => {
  const fate: FakeOptions['fate'] = (program) => async (around) => {
    const running = await program(around);
    return { ...running, health: () => (running.health() === 'starting' ? 'unhealthy' : running.health()) };
  };

  test('init shows a start and what is done meanwhile, and no failure', async () => {
    const fake = fakeWorld({
      fate,
      standin: { timings: { migrate: seconds(60), bootstrap: 5, blueprints: 20, outpostRefresh: 10 } },
    });
    const terminal = fakeTerminal();
    const { failure } = await homeauthIn(fake)('init', [], initFlags, terminal);
    expect(failure).toBeUndefined();
    const waits = terminal.lives.filter((line) => line.includes('container authentik'));
    expect(waits.some((line) => /container authentik: starting {3}\d+ s of at most 10 min/.test(line))).toBe(true);
    expect(waits.filter((line) => line.includes('fails'))).toEqual([]);
    await fake.close();
  });
});
