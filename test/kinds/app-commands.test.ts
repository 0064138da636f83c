import { beforeEach, expect, test } from 'vitest';
import { appCommandsKind } from '../../src/kinds/app-commands.ts';
import type { AppCommandsFound, AppCommandsSpec } from '../../src/model/app-setting.ts';
import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import type { ExecOptions } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';

/** A container with one command, `occ`, that keeps values and a provider with a secret that it never tells. */
let state: { values: Map<string, string>; secret?: string; running: boolean; ready: boolean; ran: string[] };
beforeEach(() => {
  state = { values: new Map([['protocol', 'http']]), running: true, ready: true, ran: [] };
  sent = undefined;
});
let sent: string | undefined;
const world = {
  files: {
    read: async () => sent,
    write: async (_: string, content: string) => {
      sent = content;
    },
    remove: async () => {
      sent = undefined;
    },
  },
  docker: {
    container: async () => ({ running: state.running }),
    exec: async (_: string, argv: readonly string[], { user, environment }: ExecOptions) => {
      state.ran.push(argv.join(' '));
      expect(user).toBe('www-data');
      const ended = (code: number, stdout = '') => ({ code, stdout, stderr: '' });
      const [program, verb, name = '', value = ''] = argv;
      if (program !== 'occ') return ended(127);
      if (verb === 'status') return ended(state.ready ? 0 : 1);
      if (verb === 'get') return state.values.has(name) ? ended(0, `${state.values.get(name)}\n`) : ended(1);
      if (verb === 'delete') return ended(state.values.delete(name) ? 0 : 1);
      if (value === 'bad') return ended(2, 'hush');
      state.values.set(name, value);
      const secret = environment?.['SECRET'];
      if (secret instanceof Secret) state.secret = secret.reveal();
      return ended(0);
    },
  },
} as unknown as World;

const want: AppCommandsSpec = {
  in: 'cloud',
  user: 'www-data',
  ready: ['occ', 'status'],
  variables: { SECRET: new Secret('hush') },
  sent: '/home/apps/files@cloud.sent',
  settings: [
    {
      name: 'protocol',
      look: ['occ', 'get', 'protocol'],
      is: 'https',
      set: ['occ', 'set', 'protocol', 'https'],
      unset: ['occ', 'delete', 'protocol'],
      back: ['occ', 'set', 'protocol', '{former}'],
    },
    {
      name: 'provider',
      look: ['occ', 'get', 'provider'],
      is: { id: 'client', settings: { uid: 'name' } },
      set: ['occ', 'set', 'provider', '{"id":"client","settings":{"uid":"name","more":1},"hidden":true}'],
      unset: ['occ', 'delete', 'provider'],
    },
  ],
};
const kept = <T>(spec: T): T => JSON.parse(JSON.stringify(spec));
async function seen(wanted: AppCommandsSpec | undefined = want): Promise<AppCommandsFound> {
  const found = await appCommandsKind.observe('cloud', world, wanted);
  expect(found).toMatchObject({ is: 'present' });
  return (found as { spec: AppCommandsFound }).spec;
}
const apply = (wanted: AppCommandsSpec | undefined) => appCommandsKind.apply?.('cloud', wanted, world, undefined);

test('what differs is set, the secret in a variable alone, and a second look is silent', async () => {
  expect(appCommandsKind.differs(want, await seen()).map(({ says }) => says)).toEqual([
    'protocol: changed',
    'provider: missing',
  ]);
  await apply(want);
  expect(appCommandsKind.differs(want, await seen())).toEqual([]);
  expect(state.secret).toBe('hush');
  expect(state.ran.join('\n')).not.toContain('hush');
});

test('only what differs is set again', async () => {
  await apply(want);
  state.values.set('protocol', 'http');
  state.ran = [];
  await apply(want);
  expect(state.ran.filter((line) => line.startsWith('occ set'))).toEqual(['occ set protocol https']);
});

test('former values come back, what was not there goes, and what somebody has changed since is theirs', async () => {
  const before = kept(await seen());
  await apply(want);
  await apply(appCommandsKind.release?.(kept(want), before, await seen(undefined)));
  expect([...state.values]).toEqual([['protocol', 'http']]);
  await apply(want);
  state.values.set('protocol', 'h2');
  await apply(appCommandsKind.release?.(kept(want), before, await seen(undefined)));
  expect([...state.values]).toEqual([['protocol', 'h2']]);
});

test('a container that is away is no difference, and is told when it is let go', async () => {
  state.running = false;
  expect(appCommandsKind.differs(want, await seen())).toEqual([]);
  expect(appCommandsKind.keeps?.(want, await seen(undefined), world)).toMatchObject({ code: 'away', of: 'cloud' });
});

test('one that is starting is waited for; one that dies in the middle, and another app, have a name', async () => {
  state.ready = false;
  expect(await appCommandsKind.observe('cloud', world, want)).toMatchObject({
    is: 'unknown',
    because: { code: 'starting' },
    failure: { code: 'app-command-failed' },
  });
  const other = { ...want, ready: ['php', 'occ'] };
  const failure = (await appCommandsKind.observe('cloud', world, other)) as { failure: Failure; isLost?: true };
  expect(String(failure.failure.why)).toContain('another app');
  expect(failure.isLost).toBe(true);
  const dying = {
    ...world,
    docker: { ...world.docker, exec: () => Promise.reject(new Failure(gone)) },
  } as unknown as World;
  expect(await appCommandsKind.observe('cloud', dying, want)).toMatchObject({ is: 'unknown', failure: gone });
});
const gone = { code: 'container-not-running', problem: 'It does not run.', fix: 'docker start cloud' };

test('a command that fails is named without what it printed', async () => {
  const [first, second] = want.settings;
  const bad = { ...want, settings: [first!, { ...second!, set: ['occ', 'set', 'provider', 'bad'] }] };
  const failure = (await apply(bad)?.catch((error: unknown) => error)) as Failure;
  expect(failure).toMatchObject({
    code: 'app-command-failed',
    fix: [expect.stringContaining('(homeauth app files)'), expect.stringMatching(/homeauth app files$/)],
  });
  expect(JSON.stringify(failure)).not.toContain('hush');
});

test('with another secret all of them are run again, and one that the app tells is compared', async () => {
  await apply(want);
  const other = { ...want, variables: { SECRET: new Secret('new') } };
  expect(appCommandsKind.differs(other, await seen(other)).map(({ says }) => says)).toEqual(['SECRET: changed']);
  await apply(other);
  expect(state.secret).toBe('new');
  expect(appCommandsKind.differs(other, await seen(other))).toEqual([]);
  const told = { ...other.settings[0]!, look: ['occ', 'get', 'told'], is: { id: 'a', secret: new Secret('new') } };
  state.values.set('told', '{"id":"a","secret":"old"}');
  const telling = { ...other, settings: [told] };
  expect(appCommandsKind.differs(telling, await seen(telling))).toHaveLength(1);
  state.values.set('told', '{"id":"a","secret":"new"}');
  expect(appCommandsKind.differs(telling, await seen(telling))).toEqual([]);
});
