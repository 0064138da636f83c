import { randomInt } from 'node:crypto';
import type { Place } from '../../e2e/main-job/place.ts';
import { differences } from '../trial.ts';
import type { Tally } from '../trials.ts';
import { goOn } from './points.ts';
import { type RealScene, realScenes } from './scenes.ts';
import { startProcess } from './start.ts';
import { realSecrets, realState } from './state.ts';

/** Kills whatever command comes next, up to four times, at moments that nobody chose, until the time is over. */
export async function soak(place: Place, minutes: number, say: (line: string) => void): Promise<Tally> {
  const end = Date.now() + minutes * 60_000;
  const known = new Map<RealScene, { state: Awaited<ReturnType<typeof realState>>; took: number }>();
  let tried = 0;
  let good = 0;
  const scenes = realScenes(place);
  while (Date.now() < end) {
    const scene = scenes[randomInt(scenes.length)]!;
    await scene.prepare();
    if (!known.has(scene)) {
      const began = Date.now();
      const { code, err } = await startProcess(scene.run);
      if (code !== 0) throw new Error(`${scene.name} ends with ${code} by itself: ${err}`);
      known.set(scene, { state: await realState(place), took: Date.now() - began });
      scene.ended(true);
      continue;
    }
    const { state, took } = known.get(scene)!;
    const moments: number[] = [];
    let secrets: Readonly<Record<string, string>> = {};
    for (let left = randomInt(1, 5); left > 0; left--) {
      const ms = randomInt(200, took);
      const { killed } = await startProcess(scene.run, ms);
      moments.push(ms);
      secrets = await realSecrets(place);
      if (!killed) break;
    }
    const wrong = [...(await goOn(place, scene, secrets)), ...differences(state, await realState(place))];
    scene.ended(wrong.length === 0);
    tried += 1;
    if (wrong.length === 0) good += 1;
    say(`${wrong.length === 0 ? '·' : '✗'} ${scene.name}, killed after ${moments.join(', ')} ms`);
    for (const line of wrong) say(`    ${line}`);
  }
  return { tried, good };
}
