import { randomInt } from 'node:crypto';
import type { Place } from '../../e2e/main-job/place.ts';
import { differences, type Trial } from '../trial.ts';
import type { Tally } from '../trials.ts';
import { goOn } from './points.ts';
import { type RealScene, realScenes } from './scenes.ts';
import { startProcess } from './start.ts';
import { realSecrets, realState } from './state.ts';

/** What a scene comes to where nothing happens to it, and how long it takes, in ms. */
interface Whole {
  readonly state: Awaited<ReturnType<typeof realState>>;
  readonly took: number;
}

/** How often a scene is tried before the next one is drawn: to make the machine ready for another takes longest. */
const inARow = 3;

/** Kills whatever command comes next, up to four times, at moments that nobody chose, until the time is over. */
export async function soak(place: Place, minutes: number, say: (line: string) => void): Promise<Tally> {
  const end = Date.now() + minutes * 60_000;
  const known = new Map<RealScene, Whole>();
  let tried = 0;
  let good = 0;
  const scenes = realScenes(place);
  while (Date.now() < end) {
    const scene = scenes[randomInt(scenes.length)]!;
    const whole = known.get(scene) ?? (await undisturbed(place, scene));
    known.set(scene, whole);
    for (let n = 0; n < inARow && (n === 0 || Date.now() < end); n++) {
      const { place: where, wrong } = await killAtRandom(place, scene, whole);
      tried += 1;
      if (wrong.length === 0) good += 1;
      say(`${wrong.length === 0 ? '·' : '✗'} ${where}`);
      for (const line of wrong) say(`    ${line}`);
    }
  }
  return { tried, good };
}

async function undisturbed(place: Place, scene: RealScene): Promise<Whole> {
  await scene.prepare();
  const began = Date.now();
  const { code, err } = await startProcess(scene.run);
  if (code !== 0) throw new Error(`${scene.name} ends with ${code} by itself: ${err}`);
  const took = Date.now() - began;
  scene.ended(true);
  return { state: await realState(place), took };
}

async function killAtRandom(place: Place, scene: RealScene, { state, took }: Whole): Promise<Trial> {
  await scene.prepare();
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
  return { place: `${scene.name}, killed after ${moments.join(', ')} ms`, wrong };
}
