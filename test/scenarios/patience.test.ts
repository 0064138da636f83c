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

test('the doctor waits for an authentik that is slow, and says with what the machine is busy', async () => {
  let isBusy = false;
  const fake = await installed([], {
    standin: {
      fault: ({ path }) =>
        isBusy && path.startsWith('/api/v3/core/users/me/') ? { kind: 'delay', ms: 3000 } : undefined,
    },
  });
  isBusy = true;
  const { out } = await homeauthIn(fake)('doctor', [], {}, { json: true });
  const { checks } = JSON.parse(out) as { checks: { id: string; status: string; cause?: string }[] };
  expect(checks.filter(({ status }) => status === 'skip')).toEqual([]);
  expect(checks.find(({ id }) => id === 'authentik-down')?.status).toBe('ok');
  const slow = checks.find(({ id }) => id === 'authentik-slow');
  expect(slow?.status).toBe('warn');
  expect(slow?.cause).toMatch(
    /^authentik is slow: an answer took \d\.\d s\. The load of this machine is 8\.4, on 2 cores\. Most of it is used by ffmpeg \(170 % of a core\)\.$/,
  );
  await fake.close();
});

test('names that do not resolve are told by what makes them, by the doctor and by verify -v', async () => {
  const fake = fakeWorld();
  const resolve = async () => [];
  const homeauth = homeauthIn(fake, { world: { ...fake.world, host: { ...fake.world.host, resolve } } });
  const names = /auth\.home\.example\.com does not resolve/;
  expect((await homeauth('init', [], initFlags)).out).toMatch(names);
  expect((await homeauth('add-app', ['whoami'])).out).toMatch(/whoami\.home\.example\.com does not resolve/);
  await fake.docker.remove('whoami');
  const again = await homeauth('apply');
  expect(again.out).toContain('a stranger is asked for a login');
  expect(again.out).not.toContain('does not resolve');
  expect((await homeauth('verify')).out).not.toContain('does not resolve');
  expect((await homeauth('verify', [], { verbose: true })).out).toMatch(names);
  expect((await homeauth('doctor')).out).toMatch(names);
  await fake.close();
});
