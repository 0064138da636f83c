import type { Place } from '../../e2e/main-job/place.ts';
import { differences, type Trial } from '../trial.ts';
import { type Batch, shareOf, type Tally } from '../trials.ts';
import type { Orders } from './process.ts';
import { type RealScene, realScenes } from './scenes.ts';
import { type Ended, startProcess } from './start.ts';
import { realSecrets, realState } from './state.ts';

type Kill = NonNullable<Orders['kill']>;

/** SIGKILL before and after every effect of every command, on the real Engine, one after the other. */
export async function killEverywhere(place: Place, batch: Batch, say: (line: string) => void): Promise<Tally> {
  let tried = 0;
  let good = 0;
  for (const scene of realScenes(place)) {
    await scene.prepare();
    const ran = await startProcess(scene.run);
    if (ran.code !== 0) throw new Error(`${scene.name} ends with ${ran.code} by itself: ${ran.err}`);
    const whole = await realState(place);
    scene.ended(true);
    const kills = ran.effects.flatMap((_, i): Kill[] => [
      { n: i + 1, when: 'before' },
      { n: i + 1, when: 'after' },
    ]);
    const mine = shareOf(kills, batch);
    for (const kill of mine) {
      const { place: where, wrong } = await killAndGoOn(place, scene, whole, kill);
      scene.ended(wrong.length === 0);
      tried += 1;
      if (wrong.length === 0) good += 1;
      else say(`✗ ${where}\n${wrong.map((line) => `    ${line}`).join('\n')}`);
      say(`· ${where}, ${mine.indexOf(kill) + 1} of ${mine.length}`);
    }
  }
  return { tried, good };
}

async function killAndGoOn(
  place: Place,
  scene: RealScene,
  whole: Awaited<ReturnType<typeof realState>>,
  kill: Kill,
): Promise<Trial> {
  const first = await killed(scene, kill);
  const where = `${scene.name}, ${kill.when} effect ${kill.n}: ${first.effects.at(-1)}`;
  const secrets = await realSecrets(place);
  return {
    place: where,
    wrong: [
      ...(first.killed ? [] : ['it was not killed']),
      ...(await goOn(place, scene, secrets)),
      ...differences(whole, await realState(place)),
    ],
  };
}

/** A run on a busy machine may take an effect less, where something was right already: it is tried again. */
async function killed(scene: RealScene, kill: Kill, attempts = 3): Promise<Ended> {
  await scene.prepare();
  const ended = await startProcess({ ...scene.run, kill });
  if (ended.killed || attempts === 1) return ended;
  scene.ended(false);
  return killed(scene, kill, attempts - 1);
}

/** Does what a person would after a crash. @returns what is wrong with how that ends, and with the secrets */
export async function goOn(
  place: Place,
  { name, run, instead }: RealScene,
  secrets: Readonly<Record<string, string>>,
): Promise<string[]> {
  let last = await startProcess(run);
  if (instead && last.err.includes(`${instead.of}: `)) {
    for (const command of instead.run) {
      last = await startProcess(command);
      if (last.code !== 0) break;
    }
  }
  const now = await realSecrets(place);
  const isGone = name.startsWith('uninstall');
  const kept = isGone ? [] : Object.keys(secrets).filter((secret) => !secret.includes('bootstrap.env'));
  return [
    ...(last.code === 0 ? [] : [`the next run ends with ${last.code}: ${last.err.slice(-600)}`]),
    ...kept.filter((secret) => now[secret] !== secrets[secret]).map((secret) => `${secret} is another one now`),
  ];
}
