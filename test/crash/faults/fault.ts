import type { Runtime } from '../../../src/installation/command-runtime.ts';
import { causeOf } from '../../../src/model/failure.ts';
import { textOf } from '../../../src/model/shown.ts';
import { type Call, gated } from '../../fakes/gate.ts';
import { homeauthIn, initFlags, type Ran } from '../../fakes/homeauth.ts';
import { installed } from '../../fakes/installed.ts';
import { secretsOn, stateOf } from '../../fakes/state.ts';
import { fakeTerminal } from '../../fakes/terminal.ts';
import { copyOf, type FakeOptions, type FakeWorld, fakeWorld } from '../../fakes/world.ts';
import { ending, nothingLeft } from '../points/cut.ts';
import { differences, type Trial } from '../trial.ts';

/** A command, and the machine that it meets with. */
export interface Errand {
  readonly name: string;
  readonly from: (options?: FakeOptions) => Promise<FakeWorld>;
  readonly run: (fake: FakeWorld, over?: Partial<Runtime>) => Promise<Ran>;
}

export async function errands(): Promise<{ readonly all: readonly Errand[]; close(): Promise<void> }> {
  const base = await installed();
  const all: readonly Errand[] = [
    {
      name: 'init',
      from: async (options) => fakeWorld(options),
      run: (fake, over) => homeauthIn(fake, over)('init', [], initFlags),
    },
    {
      name: 'add-app',
      from: (options) => copyOf(base, options),
      run: (fake, over) => homeauthIn(fake, over)('add-app', ['whoami'], { group: 'family' }),
    },
    {
      name: 'user add',
      from: (options) => copyOf(base, options),
      run: (fake, over) => {
        const flags = { name: 'Anna', email: 'anna@example.com', group: ['authentik Admins'], passwordStdin: true };
        const terminal = fakeTerminal(undefined, { stdin: 'kettle lantern orbit' });
        return homeauthIn(fake, over)('user add', ['anna'], flags, terminal);
      },
    },
  ];
  return { all, close: () => base.close() };
}

/**
 * What is wrong after a fault: an error that says too little, a secret lost, or a next run that does not come to the
 * same end. To get over it without a word is right, too, unless something is carried out when that is over.
 */
export async function afterFault(
  { run }: Errand,
  fake: FakeWorld,
  first: Ran,
  want: Awaited<ReturnType<typeof stateOf>>,
  isLate = false,
): Promise<string[]> {
  const secrets = await secretsOn(fake);
  const wrong = first.failure ? unnamed(first) : [];
  const isCutShort = first.failure !== undefined || first.code !== 0;
  const second = isCutShort ? await run(fake) : isLate ? await homeauthIn(fake)('apply') : first;
  const now = await secretsOn(fake);
  const lost = Object.keys(secrets).filter((name) => !name.includes('bootstrap.env') && now[name] !== secrets[name]);
  return [
    ...wrong,
    ...ending(second),
    ...lost.map((name) => `${name} is lost`),
    ...differences(want, await stateOf(fake)),
    ...(await nothingLeft(fake)),
  ];
}

/** Something that happens just before the nth call of a sort. */
export interface Disturbance {
  readonly what: string;
  readonly meets: (call: Call) => boolean;
  readonly nth: number;
  readonly options?: FakeOptions;
  readonly happen: (fake: FakeWorld) => Promise<void>;
  /** What its owner does about it. */
  readonly putRight: (fake: FakeWorld) => Promise<void>;
}

/** Carries out an errand in the midst of which something happens, and tells what is wrong with how that ends. */
export async function disturbed(
  errand: Errand,
  want: Awaited<ReturnType<typeof stateOf>>,
  { what, meets, nth, options, happen, putRight }: Disturbance,
): Promise<{ readonly trial: Trial; readonly first: Ran }> {
  const fake = await errand.from(options);
  try {
    let count = 0;
    let at = '';
    let hit: Promise<void> | undefined;
    const over = gated(fake, async (call, work) => {
      if (meets(call) && ++count === nth) {
        at = call.name;
        hit = happen(fake);
      }
      await hit;
      return work();
    });
    const first = await errand.run(fake, over).finally(() => putRight(fake));
    const place = `${errand.name}, ${what}, at ${at} (${nth}): ${first.failure?.code ?? 'got over'}`;
    const wrong = await afterFault(errand, fake, first, want);
    return { trial: { place, wrong: at === '' ? ['it was never met', ...wrong] : wrong }, first };
  } finally {
    await fake.close();
  }
}

/** As Docker does with whatever has died. */
export async function startAgain({ docker }: FakeWorld): Promise<void> {
  for (const [name, { running }] of docker.boxes) if (!running) await docker.start(name);
}

export function unnamed({ failure, code, err }: Ran): string[] {
  if (!failure) return ['there is no error'];
  const [problem, fix] = [failure.problem, failure.fix].map(textOf) as [string, string];
  const text = `${err}\n${causeOf(failure)}\n${fix}`;
  return [
    ...(/^[a-z]+(-[a-z0-9]+)*$/.test(failure.code) ? [] : [`its code is "${failure.code}"`]),
    ...(problem.trim() === '' ? ['it does not say what is wrong'] : []),
    ...(fix.trim() === '' ? ['it does not say what to do'] : []),
    ...(code === 1 ? ['it counts as a bug of homeauth'] : []),
    ...(/\n\s+at \S+|node:internal|undefined|\[object/.test(text)
      ? [`it shows its inside: ${text.slice(0, 300)}`]
      : []),
  ];
}

/** Runs an errand undisturbed, and tells what it comes to. */
export async function wholeErrand({ name, from, run }: Errand, over?: (fake: FakeWorld) => Partial<Runtime>) {
  const fake = await from();
  try {
    const before = fake.servers.reduce((sum, { requests }) => sum + requests.length, 0);
    const ran = await run(fake, over?.(fake));
    if (ran.failure || ran.code !== 0) throw new Error(`${name} fails by itself: ${ran.failure?.problem ?? ran.out}`);
    const requests = fake.servers.flatMap((server) => server.requests).slice(before);
    return { state: await stateOf(fake), requests };
  } finally {
    await fake.close();
  }
}
