import { afterEach, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { Exit, type Program } from '../fakes/program.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const isWorker = (name: string) => name === 'authentik-worker';

test('what the API does is not waited for once more until Docker has seen it', async () => {
  // Its look at their health comes every half a minute.
  const unseen =
    (program: Program): Program =>
    async (around) => {
      const running = await program(around);
      const isSlow = isWorker(around.container.name) || around.container.name === 'authentik';
      return isSlow ? { ...running, health: () => 'starting' } : running;
    };
  fake = fakeWorld({ fate: unseen });
  const ran = await homeauthIn(fake)('init', [], initFlags);
  expect(ran.failure).toBeUndefined();
  expect(ran.code).toBe(0);
  expect((await homeauthIn(fake)('apply')).out).toMatch(/nothing was changed/);
});

test('a worker that dies after it was made anew ends the run, although nothing waited for it', async () => {
  let starts = 0;
  let isMended = false;
  const dies =
    (program: Program): Program =>
    async (around) => {
      if (isWorker(around.container.name) && ++starts > 1 && !isMended) throw new Exit(1, 'thread main panicked');
      return program(around);
    };
  fake = fakeWorld({ fate: dies });
  const { failure } = await homeauthIn(fake)('init', [], initFlags);
  expect(failure).toMatchObject({ code: 'still-wrong', exit: 5, problem: expect.stringContaining('authentik-worker') });
  expect(failure?.details).toContain('thread main panicked');
  isMended = true;
  await fake.docker.remove('authentik-worker');
  expect((await homeauthIn(fake)('init', [], initFlags)).code).toBe(0);
});
