import { homeauthIn, type Ran } from '../../fakes/homeauth.ts';
import { objectsIn } from '../../fakes/objects.ts';
import { cutAt, PowerCut } from '../../fakes/power.ts';
import { secretsOn, stateOf } from '../../fakes/state.ts';
import type { FakeWorld } from '../../fakes/world.ts';
import { differences, type Trial } from '../trial.ts';
import type { Scene } from './scenes.ts';

export interface Point {
  readonly n: number;
  readonly when: 'before' | 'after';
}

/** What a scene comes to where nothing happens to it, and every point at which it can be cut off. */
export interface Whole {
  readonly points: readonly Point[];
  readonly state: Awaited<ReturnType<typeof stateOf>>;
}

/** What can be compared with another run. */
async function comparable(fake: FakeWorld, { dated }: Scene): Promise<Whole['state']> {
  const { files, ledger, ...state } = await stateOf(fake);
  const idOf = (line: string) => String(JSON.parse(line).id);
  return {
    ...state,
    ledger: ledger.filter((line) => !dated?.test(idOf(line))),
    files: Object.fromEntries(Object.entries(files).filter(([path]) => !dated?.test(path))),
  };
}

export async function undisturbed(scene: Scene): Promise<Whole> {
  const { name, from, run } = scene;
  const fake = await from();
  try {
    const power = cutAt(fake);
    const ran = await run(homeauthIn(fake, power.over));
    if (ran.failure) throw new Error(`${name} fails by itself: ${ran.failure.problem}`);
    const points = power.effects.flatMap((_, i): Point[] => [
      { n: i + 1, when: 'before' },
      { n: i + 1, when: 'after' },
    ]);
    return { points, state: await comparable(fake, scene) };
  } finally {
    await fake.close();
  }
}

/** Cuts the power at one point, does what a person would then, and compares with the run that nothing happened to. */
export async function cutAndGoOn(scene: Scene, whole: Whole, { n, when }: Point): Promise<Trial> {
  const { name, from, run, again = run, ends } = scene;
  const fake = await from();
  try {
    const power = cutAt(fake, n, when);
    const cut = await run(homeauthIn(fake, power.over)).catch((error: unknown) => {
      if (error instanceof PowerCut) return undefined;
      throw error;
    });
    const secrets = await secretsOn(fake);
    const ran = await again(homeauthIn(fake));
    const place = `${name}, ${when} effect ${n}: ${power.effects[n - 1]}`;
    const isLast = n * 2 >= whole.points.length;
    const wrong = [
      ...(cut && !cut.failure && !isLast ? ['the power was not cut'] : []),
      ...ending(ran),
      ...differences(whole.state, await comparable(fake, scene)),
      ...((await scene.tidy?.(fake)) ?? []),
    ];
    if (ends) return { place, wrong };
    const now = await secretsOn(fake);
    const kept = Object.keys(secrets).filter((secret) => !secret.includes('bootstrap.env'));
    const changed = scene.renews ? [] : kept.filter((secret) => now[secret] !== secrets[secret]);
    return {
      place,
      wrong: [
        ...wrong,
        ...changed.map((secret) => `${secret} is another one now`),
        ...(await twice(fake)),
        ...(await nothingLeft(fake)),
      ],
    };
  } finally {
    await fake.close();
  }
}

export function ending({ failure, code }: Ran): string[] {
  if (failure) return [`the next run ends with ${failure.code}: ${failure.problem}`];
  return code === 0 ? [] : [`the next run ends with exit code ${code}`];
}

/** A second run would change nothing. */
export async function nothingLeft(fake: FakeWorld): Promise<string[]> {
  const { failure, out } = await homeauthIn(fake)('plan');
  const said = `${failure?.problem ?? out}`;
  return said.startsWith('Nothing to change') ? [] : [`plan then says: ${said.slice(0, 300)}`];
}

async function twice(fake: FakeWorld): Promise<string[]> {
  const all = Object.entries(await objectsIn(fake));
  return all.flatMap(([sort, names]) =>
    names.filter((name, i) => names.indexOf(name) < i).map((name) => `${sort}: ${name} is there twice`),
  );
}
