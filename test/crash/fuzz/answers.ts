import type { CommandName } from '../../../src/cli.ts';
import { connectAuthentik } from '../../../src/world/authentik/client.ts';
import { pick, seeded } from '../../config/random.ts';
import type { Flags } from '../../fakes/homeauth.ts';
import { homeauthIn } from '../../fakes/homeauth.ts';
import { secretsOn } from '../../fakes/state.ts';
import { copyOf, type FakeWorld } from '../../fakes/world.ts';
import type { Fault, StandinOptions } from '../../standin/index.ts';
import { nothingLeft } from '../points/cut.ts';
import type { Trial } from '../trial.ts';
import { garbled } from './garble.ts';
import { ill } from './said.ts';

type Line = [command: CommandName, args: readonly string[], flags?: Flags];

const lines: readonly Line[] = [
  ['plan', []],
  ['apply', []],
  ['doctor', [], { verbose: true }],
  ['status', []],
  ['verify', []],
  ['add-app', ['wiki'], { upstream: 'wiki:80', group: 'family' }],
  ['remove-app', ['whoami']],
  ['user list', []],
  ['user show', ['anna']],
  ['user groups', ['anna'], { add: ['family'] }],
  ['user add', ['ben'], { name: 'Ben', email: 'ben@example.com', group: ['family'], link: true }],
  ['user invite', []],
  ['user invites', []],
  ['user reset', ['anna'], { print: true }],
  ['explain', ['anna', 'whoami']],
];

export interface Garbling {
  readonly seed: number;
  readonly line: Line;
  /** From which of its requests on authentik's answers are garbled, and how many of them. */
  readonly from: number;
  readonly times: number;
}

export function garblings(rounds: number, seed: number): readonly Garbling[] {
  const random = seeded(seed);
  return Array.from({ length: rounds }, (_, i) => ({
    seed: seed + i,
    line: pick(random, lines),
    from: Math.floor(random() ** 2 * 25),
    times: random() < 0.5 ? 1 : 1000,
  }));
}

export async function meetGarbling(base: FakeWorld, { seed, line, from, times }: Garbling): Promise<Trial> {
  const random = seeded(seed);
  let count = 0;
  let isOver = false;
  let hit = '';
  const fault: StandinOptions['fault'] = ({ method, path }): Fault | undefined => {
    if (isOver || !path.startsWith('/api/v3/')) return undefined;
    count += 1;
    if (count <= from || count > from + times) return undefined;
    hit ||= `${method} ${path}`;
    return { kind: 'garble', change: (body) => garbled(random, body) };
  };
  const fake = await copyOf(base, { standin: { fault } });
  try {
    const [command, args, flags] = line;
    const secrets = Object.values(await secretsOn(fake));
    const first = await homeauthIn(fake, { connect: short })(command, args, flags);
    isOver = true;
    const wrong = ill(first, secrets);
    const last = await homeauthIn(fake)('apply');
    const place = `${command}, seed ${seed}, answer ${from} and ${times} more, ${hit}: ${first.failure?.code ?? 'got over'}`;
    return {
      place,
      wrong: [...wrong, ...(last.failure ? [`apply then fails: ${last.failure.problem}`] : await nothingLeft(fake))],
    };
  } finally {
    await fake.close();
  }
}

const short: FakeWorld['connect'] = (options) => connectAuthentik({ ...options, timeout: 300 });
