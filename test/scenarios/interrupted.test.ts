import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { nothingLeft, undisturbed } from '../crash/points/cut.ts';
import { setStage } from '../crash/points/scenes.ts';
import { differences } from '../crash/trial.ts';
import { gated } from '../fakes/gate.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { stateOf } from '../fakes/state.ts';
import { compiled } from '../program.ts';
import { temporary } from '../temporary.ts';

const stage = setStage();
afterAll(() => stage.close());

test.each(['init', 'remove-app'])(
  'Ctrl-C in the middle of %s: the next run ends it',
  async (name) => {
    const scene = stage.scenes.find((one) => one.name === name);
    if (!scene) throw new Error(`there is no ${name}`);
    const { state, points } = await undisturbed(scene);
    const effects = points.length / 2;
    let stopped = 0;
    for (const n of [1, Math.floor(effects / 2), effects - 2]) {
      const fake = await scene.from();
      const controller = new AbortController();
      let count = 0;
      const over = gated(fake, (call, work) => {
        if (call.changes && ++count === n) controller.abort();
        return work();
      });
      const first = await scene.run(homeauthIn(fake, { ...over, signal: controller.signal }));
      if (first.failure) {
        stopped += 1;
        expect(first.code).toBe(130);
        expect(first.failure.code).toBe('interrupted');
        // It says what is left, and how to go on.
        expect(first.failure.problem).toMatch(/^Stopped, as you asked, (before|while)\b.*\w/);
        expect(first.failure.fix).toContain('Run the same command again');
      }
      if (name === 'init' && n === Math.floor(effects / 2))
        expect(await homeauthIn(fake)('status')).toMatchObject({
          code: 4,
          out: expect.stringContaining('Go on with it: homeauth init'),
        });
      // What was under way is ended, and nothing else is begun.
      expect(count).toBeLessThan(effects + 1);
      const again = first.failure ? await (scene.again ?? scene.run)(homeauthIn(fake)) : first;
      expect(again.failure).toBeUndefined();
      expect(differences(state, await stateOf(fake))).toEqual([]);
      if (!scene.ends) expect(await nothingLeft(fake)).toEqual([]);
      await fake.close();
    }
    expect(stopped).toBeGreaterThan(0);
  },
  180_000,
);

test('the first Ctrl-C is told, and the second ends it at once', async () => {
  const script = `import { interruption } from './src/world/interruption.ts';
    const signal = interruption();
    signal.addEventListener('abort', () => process.stdout.write('stopping'));
    setInterval(() => {}, 1000);
    process.stdout.write('ready');`;
  const child = spawn(process.execPath, [await compiled(script, await temporary())]);
  let told = '';
  child.stderr.on('data', (part) => {
    told += part;
  });
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toBe('stopping');
  expect(child.exitCode).toBeNull();
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code).toBe(130);
  expect(told).toContain('Stopping at the next safe point. Ctrl-C again stops at once.');
});
