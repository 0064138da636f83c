import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandName, Flags } from '../../src/commands/flags.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Surroundings } from '../../src/procedures/surroundings.ts';
import type { MemoryFiles } from '../fakes/files.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { secretsOn } from '../fakes/state.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
beforeEach(() => {
  fake = fakeWorld();
});
afterEach(() => fake.close());
const files = () => fake.files as MemoryFiles;
const owners = 'correctHorseBatteryStaple';
const init = () => {
  files().put('/root/pw', `${owners}\n`, 0o600);
  return homeauthIn(fake)('init', [], { ...initFlags, adminPasswordFile: '/root/pw' });
};

test('no secret is ever shown, logged, put into an error or where others can read it', async () => {
  const told: string[] = [];
  const canaries = new Set([owners]);
  /** Everything that leaves the process by another way than to whom it is for. */
  const watched: Partial<Surroundings> = {
    world: {
      ...fake.world,
      random: {
        alphanumeric(length) {
          const secret = fake.world.random.alphanumeric(length);
          canaries.add(secret.reveal());
          return secret;
        },
      },
      docker: {
        ...fake.docker,
        exec: (name, argv, options) => {
          told.push(`docker exec ${name} ${argv.join(' ')}`);
          return fake.docker.exec(name, argv, options);
        },
      },
    },
  };
  const run = async (command: CommandName, args: readonly string[] = [], flags: Flags = {}, json = false) => {
    const terminal = fakeTerminal(undefined, { json });
    const live: string[] = [];
    const ran = await homeauthIn(fake, watched)(command, args, flags, {
      ...terminal,
      live: (text) => live.push(text ?? ''),
    });
    told.push(`${command} ${JSON.stringify(flags)}`, ran.out, ran.err, ...live);
    if (ran.failure) told.push(inspect(ran.failure, { depth: 20, showHidden: true }), `${ran.failure.stack}`);
    return ran;
  };
  files().put('/root/pw', `${owners}\n`, 0o600);
  files().put('/root/wrong', 'notTheRightOneAtAll\n', 0o600);
  canaries.add('notTheRightOneAtAll');
  const everything = async () => {
    for (const json of [false, true]) {
      for (const command of ['plan', 'apply', 'status', 'verify'] as const) await run(command, [], {}, json);
      await run('doctor', [], { verbose: true }, json);
    }
  };

  await run('init', [], { ...initFlags, dryRun: true });
  expect((await run('init', [], { ...initFlags, adminPasswordFile: '/root/pw' })).failure).toBeUndefined();
  await run('add-app', ['whoami'], { adminPasswordFile: '/root/pw' });
  await run('add-app', ['wiki'], { upstream: 'wiki:80', adminPasswordFile: '/root/wrong' }, true);
  await everything();
  const env = at('container-vars.env');
  const right = (await files().read(env)) ?? '';
  // Drift, and failures that are about secrets.
  await files().setAccess(env, 0o640, { uid: 0, gid: 0 });
  files().put(at('docker-compose.yml'), `${await files().read(at('docker-compose.yml'))}# mine\n`);
  await fake.docker.remove('authentik-worker');
  await everything();
  const [line = ''] = /^POSTGRES_PASSWORD=.*$/m.exec(right) ?? [];
  files().put(at('docker-compose.yml'), `${await files().read(at('docker-compose.yml'))}# ${line}\n`, 0o600);
  files().put(env, right.replace(/^AUTHENTIK_POSTGRESQL__PASSWORD=.*\n/m, ''), 0o600);
  await everything();
  files().put(env, right.replace(/POSTGRES_PASSWORD=\S+/, 'POSTGRES_PASSWORD=other'), 0o600);
  await everything();
  files().put(env, right.replaceAll(/(POSTGRES\w*PASSWORD)=\S+/g, '$1=other'), 0o600);
  await everything();
  await files().remove(env);
  await everything();
  files().put(env, right, 0o600);
  const token = (await files().read(at('.homeauth/token.env'))) ?? '';
  files().put(at('.homeauth/token.env'), `HOMEAUTH_TOKEN=${'x'.repeat(64)}\n`, 0o600);
  await everything();
  files().put(at('.homeauth/token.env'), token, 0o600);
  await everything();

  for (const value of Object.values(await secretsOn(fake))) canaries.add(value);
  expect(canaries.size).toBeGreaterThanOrEqual(7);
  const shown = told.join('\n');
  expect(told.length).toBeGreaterThan(200);
  const readable = Object.entries(files().snapshot()).filter(([, line]) => /^file [0-7]*[4-7] /.test(line));
  expect(readable.length).toBeGreaterThan(5);
  const ledger = await files().read(at('.homeauth/ledger.json'));
  const everywhere = [shown, ledger, ...readable.map(([, line]) => line)].join('\n');
  // A line that is cut short shows the beginning of one.
  expect([...canaries].filter((value) => everywhere.includes(value.slice(0, 12)))).toEqual([]);
});

test('a Secret is dots wherever it is printed', () => {
  const secret = new Secret('canary');
  expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret, { showHidden: true, depth: 20 })}`).not.toContain(
    'canary',
  );
});

describe('what is lost', () => {
  test('the env file while the database is there: refused, and the rest untouched', async () => {
    await init();
    const env = at('container-vars.env');
    const text = (await files().read(env)) ?? '';
    await files().remove(env);
    const before = files().snapshot();
    const containers = [...fake.docker.boxes.values()];
    for (const command of ['apply', 'init'] as const) {
      const { failure, code } = await homeauthIn(fake)(command);
      expect(failure?.code).toBe('secret-lost');
      expect(failure?.details).toContain('docker inspect');
      expect(failure?.fix).toMatch(/^Put them back into/);
      expect(code).toBe(2);
    }
    expect(files().snapshot()).toEqual(before);
    expect([...fake.docker.boxes.values()]).toEqual(containers);
    files().put(env, text, 0o600);
    expect((await homeauthIn(fake)('apply')).out).toContain('nothing was changed');
  });

  test('the token file: said, with where it may still be', async () => {
    await init();
    const text = (await files().read(at('.homeauth/token.env'))) ?? '';
    await files().remove(at('.homeauth/token.env'));
    const { failure } = await homeauthIn(fake)('apply');
    expect(failure?.code).toBe('token-lost');
    expect(failure?.fix).toContain('backup');
    expect(await files().stat(at('.homeauth/token.env'))).toBeUndefined();
    files().put(at('.homeauth/token.env'), text, 0o600);
    expect((await homeauthIn(fake)('apply')).out).toContain('nothing was changed');
  });

  test('the token in authentik: named, with what to do', async () => {
    await init();
    const store = [...fake.docker.databases.values()][0]?.store;
    await store?.change((state) => {
      if (!state) throw new Error('there is no database');
      state.tokens = state.tokens.filter(({ identifier }) => identifier !== 'homeauth');
      return { state, result: undefined };
    });
    const before = files().snapshot();
    for (const command of ['plan', 'apply'] as const) {
      const { failure } = await homeauthIn(fake)(command);
      expect(failure?.code).toBe('token-refused');
      expect(failure?.fix).toContain('Directory > Tokens');
    }
    expect(files().snapshot()).toEqual(before);
  });
});
