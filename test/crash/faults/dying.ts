import { type Call, gated } from '../../fakes/gate.ts';
import { Exit, type Program } from '../../fakes/program.ts';
import type { FakeWorld } from '../../fakes/world.ts';
import type { Trial } from '../trial.ts';
import { disturbed, type Errand, startAgain, wholeErrand } from './fault.ts';

const containers = ['authentik', 'authentik-worker', 'authentik-postgresql', 'caddy', 'whoami'];

const minute = 60_000;
const soon = 2000;

/** What a program does in the place of what it should, until `isMended`. */
type Fate = (program: Program, isMended: () => boolean) => Program;

const fates: Readonly<Record<string, Fate>> = {
  'dies at its start, and at every other': (program, isMended) => async (around) => {
    if (!isMended()) throw new Exit(1, 'thread main panicked');
    return program(around);
  },
  'dies when it has been starting for a minute': (program, isMended) => async (around) => {
    if (isMended()) return program(around);
    const stop = new AbortController();
    const death = around.clock.background.sleep(minute, stop.signal);
    death.then(() => around.die(1, 'thread main panicked')).catch(() => {});
    return { ports: new Map(), health: () => 'starting', stop: async () => stop.abort() };
  },
};

export interface Death {
  readonly container: string;
  readonly how: string;
  /** The effect at which it dies, and its name; where it is not its start. */
  readonly at?: { readonly nth: number; readonly name: string };
}

/** Each container at its start, and at some effects of an errand: for good, or until Docker starts it again. */
export async function deaths(errand: Errand) {
  const calls: Call[] = [];
  let names: readonly string[] = [];
  const { state } = await wholeErrand(errand, (fake) => {
    names = [...fake.docker.boxes.keys()];
    return gated(fake, (call, work) => {
      if (call.changes) calls.push(call);
      return work();
    });
  });
  const made = containers.filter((name) => calls.some((call) => call.name === `docker.run ${name}`));
  const stride = Math.ceil(calls.length / 8);
  const moments = calls.map(({ name }, i) => ({ nth: i + 1, name })).filter(({ nth }) => nth % stride === 0);
  const isThere = (container: string, { nth }: { nth: number }) =>
    names.includes(container) || calls.slice(0, nth - 1).some(({ name }) => name === `docker.run ${container}`);
  const all: Death[] = [
    ...made.flatMap((container) => Object.keys(fates).map((how) => ({ container, how }))),
    ...containers.flatMap((container) =>
      moments
        .filter((at) => isThere(container, at))
        .flatMap((at) => ['dies for good', 'dies and is started again'].map((how) => ({ container, how, at }))),
    ),
  ];
  return { state, all };
}

export async function meetDeath(
  errand: Errand,
  state: Awaited<ReturnType<typeof deaths>>['state'],
  death: Death,
): Promise<Trial> {
  let isMended = false;
  const { container, how, at } = death;
  const fate = fates[how];
  const { trial } = await disturbed(errand, state, {
    what: `${container} ${how}`,
    meets: ({ changes, name }) => (at ? changes : name === `docker.run ${container}`),
    nth: at?.nth ?? 1,
    ...(fate && {
      options: {
        fate: (program) => (around) =>
          (around.container.name === container ? fate(program, () => isMended) : program)(around),
      },
    }),
    happen: async (fake) => (at ? kill(fake, death) : undefined),
    async putRight(fake) {
      isMended = true;
      await startAgain(fake);
    },
  });
  return trial;
}

async function kill({ clock, docker }: FakeWorld, { container, how }: Death): Promise<void> {
  const box = docker.boxes.get(container);
  if (!box) return;
  await box.running?.stop();
  box.running = undefined;
  box.exitCode = 137;
  if (how === 'dies and is started again') void clock.background.sleep(soon).then(() => startOne(docker, container));
}

async function startOne(docker: FakeWorld['docker'], name: string): Promise<void> {
  if (docker.boxes.get(name)?.running === undefined && docker.boxes.has(name)) await docker.start(name);
}
