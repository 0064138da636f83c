import { inspect } from 'node:util';
import type { CommandName } from '../../src/cli.ts';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { traced } from '../../src/main/trace.ts';
import { gated } from '../fakes/gate.ts';
import type { Flags } from '../fakes/homeauth.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { secretsOn } from '../fakes/state.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

export interface Search {
  /** Secrets that were looked for. */
  readonly canaries: number;
  /** Outputs, errors and argument lists that were searched, and files and containers that others can look into. */
  readonly told: number;
  readonly readable: number;
  /** Where one was found; not which. */
  readonly found: readonly string[];
}

type Told = [where: string, text: string][];

const owners = 'correctHorseBatteryStaple';
const wrongOne = 'notTheRightOneAtAll';
/** The only containers that secrets are for. */
export const stack = ['authentik', 'authentik-worker', 'authentik-postgresql'];

/** A life with every kind of trouble about secrets in it, on a machine where each of them is a canary. */
export async function searchForCanaries(): Promise<Search> {
  const fake = fakeWorld();
  const canaries = new Set([owners, wrongOne]);
  const told: Told = [];
  try {
    await live(fake, told, canaries);
    for (const value of Object.values(await secretsOn(fake))) canaries.add(value);
    const files = Object.entries(fake.files.snapshot());
    const readable: Told = [
      ...files.filter(([path, line]) => /^file [0-7]*[4-7] /.test(line) || path.endsWith('/ledger.json')),
      ...[...fake.docker.boxes].flatMap(([name, { made, environment }]): Told => {
        const { secretEnvironment: _, ...rest } = made as typeof made & { secretEnvironment?: unknown };
        const open = stack.includes(name) ? { ...rest, environment: {} } : { ...rest, environment };
        return [[`docker inspect ${name}`, JSON.stringify(open)]];
      }),
    ];
    // A line that is cut short shows the beginning of one.
    const isIn = (text: string) => [...canaries].some((value) => text.includes(value.slice(0, 12)));
    const found = [...told, ...readable].filter(([, text]) => isIn(text)).map(([where]) => where);
    return { canaries: canaries.size, told: told.length, readable: readable.length, found };
  } finally {
    await fake.close();
  }
}

async function live(fake: FakeWorld, told: Told, canaries: Set<string>): Promise<void> {
  const files = fake.files;
  const run = runner(fake, told, canaries);
  const text = async (path: string) => (await files.read(path)) ?? '';
  const everything = async () => {
    for (const json of [false, true]) {
      for (const command of ['plan', 'apply', 'status', 'verify'] as const) await run(command, [], {}, json);
      await run('doctor', [], { verbose: true }, json);
    }
  };
  files.put('/root/pw', `${owners}\n`, 0o600);
  files.put('/root/wrong', `${wrongOne}\n`, 0o600);
  await run('init', [], { ...initFlags, dryRun: true });
  await run('init', [], { ...initFlags, adminPasswordFile: '/root/pw' });
  await run('add-app', ['whoami'], { adminPasswordFile: '/root/pw' });
  await run('add-app', ['wiki'], { upstream: 'wiki:80', adminPasswordFile: '/root/wrong' }, true);
  await everything();
  const env = at('container-vars.env');
  const compose = at('docker-compose.yml');
  const right = await text(env);
  // Drift, and failures that are about secrets.
  await files.setAccess(env, 0o640, { uid: 0, gid: 0 });
  files.put(compose, `${await text(compose)}# mine\n`);
  await fake.docker.remove('authentik-worker');
  await everything();
  const [line = ''] = /^POSTGRES_PASSWORD=.*$/m.exec(right) ?? [];
  files.put(compose, `${await text(compose)}# ${line}\n`, 0o600);
  files.put(env, right.replace(/^AUTHENTIK_POSTGRESQL__PASSWORD=.*\n/m, ''), 0o600);
  await everything();
  files.put(env, right.replace(/POSTGRES_PASSWORD=\S+/, 'POSTGRES_PASSWORD=other'), 0o600);
  await everything();
  files.put(env, right.replaceAll(/(POSTGRES\w*PASSWORD)=\S+/g, '$1=other'), 0o600);
  await everything();
  await files.remove(env);
  await everything();
  files.put(env, right, 0o600);
  const token = await text(at('.homeauth/token.env'));
  files.put(at('.homeauth/token.env'), `HOMEAUTH_TOKEN=${'x'.repeat(64)}\n`, 0o600);
  await everything();
  files.put(at('.homeauth/token.env'), token, 0o600);
  await everything();
}

/** Runs a command, and notes everything that leaves the process by another way than to whom it is for. */
function runner(fake: FakeWorld, told: Told, canaries: Set<string>) {
  const random: Runtime['world']['random'] = {
    alphanumeric(length) {
      const secret = fake.world.random.alphanumeric(length);
      canaries.add(secret.reveal());
      return secret;
    },
  };
  // A program's arguments are for everybody to see who asks for the list of processes.
  const through = gated({ ...fake, world: { ...fake.world, random } }, (call, work) => {
    if (call.method === 'exec') told.push([`the arguments of ${call.name}`, JSON.stringify(call.args.slice(0, 2))]);
    return work();
  });
  return async (command: CommandName, args: readonly string[] = [], flags: Flags = {}, json = false) => {
    const terminal = fakeTerminal(undefined, { json });
    const live: string[] = [];
    const trace: string[] = [];
    const ran = await homeauthIn(
      fake,
      traced(through as Runtime, (line) => trace.push(line)),
    )(command, args, flags, {
      ...terminal,
      live: (text) => live.push(text ?? ''),
    });
    const error = ran.failure && `${inspect(ran.failure, { depth: 20, showHidden: true })}\n${ran.failure.stack}`;
    told.push([`${command} ${JSON.stringify(flags)}: stdout`, ran.out], [`${command}: stderr`, ran.err]);
    told.push([`${command}: what it shows while it waits`, live.join('\n')]);
    told.push([`${command} --debug`, trace.join('\n')]);
    if (error) told.push([`${command}: its error`, error]);
  };
}
