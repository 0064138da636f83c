import type { CommandName } from '../../../src/cli.ts';
import { withoutOurs } from '../../../src/proxy/caddy/placement.ts';
import { pick, seeded } from '../../config/random.ts';
import type { OpenFiles } from '../../fakes/files.ts';
import type { Flags } from '../../fakes/homeauth.ts';
import { homeauthIn, initFlags } from '../../fakes/homeauth.ts';
import { at } from '../../fakes/installed.ts';
import { secretsOn } from '../../fakes/state.ts';
import { copyOf, type FakeWorld } from '../../fakes/world.ts';
import { nothingLeft } from '../points/cut.ts';
import type { Trial } from '../trial.ts';
import { hugeCaddyfiles, randomCaddyfile } from './caddyfiles.ts';
import { damaged } from './damage.ts';
import { ill } from './said.ts';

const caddyfile = '/srv/docker/caddy/etc/Caddyfile';
const files = [
  at('homeauth.yaml'),
  at('container-vars.env'),
  at('.homeauth/ledger.json'),
  at('.homeauth/token.env'),
  caddyfile,
  '/srv/docker/caddy/etc/homeauth.caddy',
  '/etc/homeauth/location',
];

type Line = [command: CommandName, args: readonly string[], flags?: Flags];

const lines: readonly Line[] = [
  ['apply', []],
  ['plan', []],
  ['status', []],
  ['doctor', [], { verbose: true }],
  ['add-app', ['wiki'], { upstream: 'wiki:80' }],
  ['remove-app', ['whoami']],
  ['init', [], initFlags],
  ['uninstall', [], { config: at('homeauth.yaml') }],
];

export interface Accident {
  readonly name: string;
  readonly path: string;
  /** What is in the file then, made of what was. */
  readonly text: (was: string) => string;
  readonly line: Line;
}

export function accidents(rounds: number, seed: number): readonly Accident[] {
  const random = seeded(seed);
  const some = Array.from({ length: rounds }, (_, i): Accident => {
    const own = seeded(seed + i);
    const path = pick(random, files);
    const isNew = path === caddyfile && random() < 0.7;
    const text = (was: string): string => {
      const base = isNew ? randomCaddyfile(own) : was;
      return isNew && own() < 0.5 ? base : damaged(own, base);
    };
    return { name: `seed ${seed + i}`, path, text, line: pick(random, lines) };
  });
  const huge = Object.entries(hugeCaddyfiles).flatMap(([name, text]) =>
    (['apply', 'doctor'] as const).map(
      (command): Accident => ({ name: `5 MB of ${name}`, path: caddyfile, text: () => text, line: [command, []] }),
    ),
  );
  return [...some, ...huge];
}

export async function meetAccident(base: FakeWorld, { name, path, text, line }: Accident): Promise<Trial> {
  const fake = await copyOf(base);
  try {
    const disk = fake.files;
    const secrets = await secretsOn(fake);
    const was = (await disk.read(path)) ?? '';
    const now = text(was);
    await disk.overwrite(path, now);
    const [command, args, flags] = line;
    const first = await homeauthIn(fake)(command, args, flags);
    const place = `${command}, ${path}, ${name}: ${first.failure?.code ?? 'got over'}`;
    const wrong = [...ill(first, Object.values(secrets)), ...(path === caddyfile ? await changedOwn(disk, now) : [])];
    if (command === 'uninstall') return { place, wrong };
    return { place, wrong: [...wrong, ...(await putRight(fake, path, was))] };
  } finally {
    await fake.close();
  }
}

/** What its owner wrote into the Caddyfile is there as it was, whatever became of homeauth's part. */
async function changedOwn(disk: OpenFiles, before: string): Promise<string[]> {
  const after = (await disk.read(caddyfile)) ?? '';
  return after === before || withoutOurs(after) === withoutOurs(before)
    ? []
    : ['the own text in the Caddyfile changed'];
}

/** The owner puts the file back, and homeauth finishes. */
async function putRight(fake: FakeWorld, path: string, was: string): Promise<string[]> {
  await fake.files.overwrite(path, was);
  const homeauth = homeauthIn(fake);
  const { failure } = await homeauth('apply');
  return failure ? [`put right, apply fails with ${failure.code}: ${failure.problem}`] : nothingLeft(fake);
}
