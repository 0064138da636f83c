import type { Surroundings } from '../../../src/procedures/surroundings.ts';
import { homeauthIn, initFlags, type Ran } from '../../fakes/homeauth.ts';
import { installed } from '../../fakes/installed.ts';
import { secretsOn, stateOf } from '../../fakes/state.ts';
import { fakeTerminal } from '../../fakes/terminal.ts';
import { copyOf, type FakeOptions, type FakeWorld, fakeWorld } from '../../fakes/world.ts';
import { ending, nothingLeft } from '../points/cut.ts';
import { differences } from '../trial.ts';

/** A command, and the machine that it meets with. */
export interface Errand {
  readonly name: string;
  readonly from: (options?: FakeOptions) => Promise<FakeWorld>;
  readonly run: (fake: FakeWorld, over?: Partial<Surroundings>) => Promise<Ran>;
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
 * same end. To get over it without a word is right, too.
 */
export async function afterFault(
  { run }: Errand,
  fake: FakeWorld,
  first: Ran,
  want: Awaited<ReturnType<typeof stateOf>>,
): Promise<string[]> {
  const secrets = await secretsOn(fake);
  const wrong = first.failure ? unnamed(first) : [];
  const second = first.failure || first.code !== 0 ? await run(fake) : first;
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

export function unnamed({ failure, code, err }: Ran): string[] {
  if (!failure) return ['there is no error'];
  const { problem, fix } = failure;
  const text = `${err}\n${problem}\n${failure.why ?? ''}\n${failure.details ?? ''}\n${fix}`;
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
export async function wholeErrand({ name, from, run }: Errand, over?: (fake: FakeWorld) => Partial<Surroundings>) {
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
