import { type FakeClock, virtualClock } from '../fakes/clock.ts';
import { memoryFiles } from '../fakes/files.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';
import type { Seen, StandinOptions } from '../standin/options.ts';

/** A home server with so many apps, each with a provider of its own. */
export interface Machine extends FakeWorld {
  /** Adds the apps to homeauth.yaml; whoever applies it makes them. */
  want(apps: number): Promise<void>;
  /** Runs a command, and gives the requests that authentik had meanwhile. */
  requestsOf(command: 'plan' | 'apply'): Promise<readonly Seen[]>;
}

const path = '/srv/docker/authentik/homeauth.yaml';

/** Set up, with no app yet. `cost`: what an answer costs authentik's machine. */
export async function bareMachine(
  cost: NonNullable<StandinOptions['cost']>,
  clock: FakeClock = virtualClock(),
): Promise<Machine> {
  const files = memoryFiles();
  files.put('/etc/hostname', 'nas\n');
  const fake = fakeWorld({ files, clock, standin: { cost } });
  // Each run opens a connection of its own, as a new process would: nothing is remembered from the one before.
  const homeauth = homeauthIn(fake);
  const run = async (command: 'init' | 'plan' | 'apply') => {
    const { code, failure, err } = await homeauth(command, [], command === 'init' ? initFlags : {});
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${failure?.problem ?? err}`);
  };
  const requests = () => fake.servers.flatMap((server) => server.requests);
  await run('init');
  return {
    ...fake,
    async want(apps) {
      const bare = (await files.read(path)) ?? '';
      const entries = Array.from({ length: apps }, (_, n) => `  - { name: app${n + 1}, upstream: app${n + 1}:80 }\n`);
      const list = entries.length > 0 ? `\n${entries.join('')}` : ' []\n';
      files.put(path, bare.replace(/^apps:[\s\S]*$/m, `apps:${list}`));
    },
    async requestsOf(command) {
      const before = requests().length;
      await run(command);
      return requests().slice(before);
    },
  };
}
