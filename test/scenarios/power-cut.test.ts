import pMap from 'p-map';
import { afterAll, expect, test } from 'vitest';
import { cutAndGoOn, undisturbed } from '../crash/points/cut.ts';
import { setStage } from '../crash/points/scenes.ts';

const stage = setStage();
afterAll(() => stage.close());

// A share of the points, spread evenly; `npm run crash` tries all of them.
test.each([
  ...['init', 'add-app', 'remove-app', 'apply after drift', 'uninstall', 'uninstall with all data'],
  ...['backup', 'backup drill', 'rotate', 'upgrade that fails', 'upgrade to another PostgreSQL'],
])(
  '%s goes on after a power cut, to the same end',
  async (name) => {
    const scene = stage.scenes.find((one) => one.name === name);
    if (!scene) throw new Error(`there is no ${name}`);
    const whole = await undisturbed(scene);
    // Odd, so that it comes by both sides of an effect.
    const stride = Math.max(3, Math.floor(whole.points.length / 7) | 1);
    const some = whole.points.filter((_, i) => i % stride === 0);
    const trials = await pMap(some, (point) => cutAndGoOn(scene, whole, point), { concurrency: 4 });
    expect(trials.length).toBeGreaterThan(3);
    expect(trials.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  },
  180_000,
);
