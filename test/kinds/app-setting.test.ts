import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { settingsOf } from '../../src/formats/settings-file.ts';
import { appSettingKind } from '../../src/kinds/app-setting.ts';
import type { AppSettingFound, AppSettingSpec } from '../../src/model/app-setting.ts';
import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import type { World } from '../../src/world/world.ts';

const key = 'synapse:/data/homeserver.yaml';
const want: AppSettingSpec = {
  in: key,
  format: 'yaml',
  unread: '/home/apps/chat@synapse.unread',
  settings: [
    ...settingsOf({ public_baseurl: 'https://chat/', 'oidc.issuer': 'https://auth/' }),
    { path: ['oidc', 'client_secret'], value: new Secret('hush') },
  ],
};

/** As the file system has it, which takes no other. */
function absolute(path: string): string {
  expect(path).toMatch(/^\//);
  return path;
}

function worldWith(text: string | undefined, isThere = true, refusal?: Failure) {
  const state = { text, restarts: 0 };
  const marks = new Set<string>();
  const files = {
    read: async (path: string) => (marks.has(path) ? '' : undefined),
    write: async (path: string) => void marks.add(absolute(path)),
    remove: async (path: string) => void marks.delete(absolute(path)),
  };
  const docker = {
    container: async () => (isThere ? { running: true } : undefined),
    readFile: async () => state.text,
    assertWritable: async () => {
      if (refusal) throw refusal;
    },
    writeFile: async (_: string, __: string, content: Secret) => {
      state.text = content.reveal();
    },
    restart: async () => {
      state.restarts++;
    },
  };
  return { state, docker, world: { docker, files } as unknown as World };
}
const seen = async (world: World, wanted?: AppSettingSpec) => {
  const found = await appSettingKind.observe(key, world, wanted);
  return found.is === 'present' ? found.spec : undefined;
};
/** As the ledger keeps it, which has no secrets. */
const kept = <T>(spec: T): T => JSON.parse(JSON.stringify(spec));

test('what differs is told by name, and never by value', async () => {
  const { world } = worldWith('public_baseurl: http://old/\noidc: { client_secret: old }\n');
  const reasons = appSettingKind.differs(want, (await seen(world, want)) as AppSettingFound).map(({ says }) => says);
  expect(reasons).toEqual(['public_baseurl: changed', 'oidc.issuer: missing', 'oidc.client_secret: changed']);
});

test('it is written, the app starts anew, a second look finds nothing, and the former values come back', async () => {
  const former = 'public_baseurl: http://old/ # mine\nother: 1\n';
  const { world, state } = worldWith(former);
  const before = kept(await seen(world, want)) as AppSettingFound;
  await appSettingKind.apply?.(key, want, world, undefined);
  expect(parse(state.text ?? '')).toMatchObject({ other: 1, oidc: { issuer: 'https://auth/', client_secret: 'hush' } });
  expect(state.restarts).toBe(1);
  expect(appSettingKind.differs(want, (await seen(world, want)) as AppSettingFound)).toEqual([]);
  const given = appSettingKind.release?.(kept(want), before, (await seen(world)) as AppSettingFound);
  await appSettingKind.apply?.(key, given, world, undefined);
  expect(state).toEqual({ text: former, restarts: 2 });
});

test('what a homeauth before this one has set is given back, too', async () => {
  const former = 'public_baseurl: http://old/ # mine\n';
  const { world, state } = worldWith(former);
  const { unread: _, ...before } = kept(await seen(world, want)) as AppSettingFound;
  const { unread: __, ...ours } = kept(want);
  await appSettingKind.apply?.(key, want, world, undefined);
  const found = (await seen(world)) as AppSettingFound;
  const given = appSettingKind.release?.(ours as AppSettingSpec, before as AppSettingFound, found);
  await appSettingKind.apply?.(key, given, world, undefined);
  expect(state.text).toBe(former);
});

test('stopped before the app was restarted, or refused by it: the next run restarts the app and writes nothing', async () => {
  const { world, state, docker } = worldWith('other: 1\n');
  const restart = docker.restart;
  docker.restart = () => Promise.reject(new Error('stopped here'));
  await expect(appSettingKind.apply?.(key, want, world, undefined)).rejects.toThrow('stopped here');
  const left = await seen(world, want);
  expect(appSettingKind.differs(want, left as AppSettingFound)).toMatchObject([{ says: 'not read by the app yet' }]);
  Object.assign(docker, { restart, writeFile: () => Promise.reject(new Error('nothing to write')) });
  await appSettingKind.apply?.(key, want, world, undefined);
  expect(appSettingKind.differs(want, (await seen(world, want)) as AppSettingFound)).toEqual([]);
  expect(state.restarts).toBe(1);
});

test('where the app does not trust the authority of the login page, nothing is written and nothing restarted', async () => {
  const { world, state, docker } = worldWith('other: 1\n');
  const trusting = { ...want, trusts: '-----BEGIN\nabc\n', unread: '/home/apps/chat@synapse_data.unread' };
  const before = kept(await seen(world, trusting)) as AppSettingFound;
  const apply = () => appSettingKind.apply?.(key, trusting, world, undefined);
  await expect(apply()).rejects.toMatchObject({
    code: 'app-untrusting',
    fix: expect.arrayContaining([expect.stringContaining('homeauth app chat')]),
  });
  expect(state).toEqual({ text: 'other: 1\n', restarts: 0 });
  const container = { running: true, environment: { SSL_CERT_FILE: '/ca.pem' } };
  const readFile = async (_: string, path?: string) => (path === '/ca.pem' ? 'x -----BEGIN abc y' : state.text);
  Object.assign(docker, { container: async () => container, readFile });
  await apply();
  expect(state.restarts).toBe(1);
  // What comes back asks for no trust.
  const given = appSettingKind.release?.(kept(trusting), before, (await seen(world)) as AppSettingFound);
  expect(given).not.toHaveProperty('trusts');
});

test('what its owner has changed meanwhile stays theirs; the secret goes all the same', async () => {
  const { world, state } = worldWith('other: 1\n');
  const before = kept(await seen(world, want)) as AppSettingFound;
  await appSettingKind.apply?.(key, want, world, undefined);
  state.text = state.text?.replace('https://chat/', 'https://mine/');
  const given = appSettingKind.release?.(kept(want), before, (await seen(world)) as AppSettingFound);
  await appSettingKind.apply?.(key, given, world, undefined);
  expect(parse(state.text ?? '')).toEqual({ other: 1, public_baseurl: 'https://mine/' });
});

test('a container that is away is no difference, and a file that is missing or broken has a name', async () => {
  const away = worldWith(undefined, false).world;
  expect(appSettingKind.differs(want, (await seen(away, want)) as AppSettingFound)).toEqual([]);
  const missing = worldWith(undefined).world;
  expect(await appSettingKind.observe(key, missing, want)).toEqual({ is: 'absent' });
  await expect(appSettingKind.rehearse?.(want, missing, new Set())).rejects.toMatchObject({
    code: 'app-file-missing',
  });
  const broken = worldWith('a: [hush\n').world;
  const failure = await appSettingKind.observe(key, broken, want).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'app-file-unreadable', fix: expect.stringMatching(/homeauth app chat$/) });
  expect(JSON.stringify(failure)).not.toContain('hush');
});

test('what was written into the file of a container that is away is not taken for gone', async () => {
  const away = worldWith(undefined, false).world;
  const found = (await seen(away)) as AppSettingFound;
  expect(appSettingKind.keeps?.(kept(want), found, worldWith(undefined, false).world)).toMatchObject({
    code: 'away',
    of: 'synapse',
  });
  expect(
    appSettingKind.keeps?.(
      kept(want),
      (await seen(worldWith('a: 1\n').world)) as AppSettingFound,
      worldWith('a: 1\n').world,
    ),
  ).toBeUndefined();
});

test('former values are found by their names, also where others are set by now', async () => {
  const { world, state } = worldWith('public_baseurl: http://old/\n');
  const before = kept(await seen(world, want)) as AppSettingFound;
  const now: AppSettingSpec = {
    ...want,
    settings: [...settingsOf({ added: 'ours' }), want.settings[2]!, want.settings[0]!],
  };
  await appSettingKind.apply?.(key, now, world, undefined);
  const given = appSettingKind.release?.(kept(now), before, (await seen(world)) as AppSettingFound);
  await appSettingKind.apply?.(key, given, world, undefined);
  expect(parse(state.text ?? '')).toEqual({ public_baseurl: 'http://old/' });
});

test('what would be refused while it is written is refused before', async () => {
  const refusal = new Failure({ code: 'file-mounted', problem: 'A mount.', fix: 'Another place.' });
  const rehearsed = (text: string, why?: Failure) =>
    appSettingKind.rehearse?.(want, worldWith(text, true, why).world, new Set());
  await expect(rehearsed('a: 1\n', refusal)).rejects.toMatchObject({ code: 'file-mounted' });
  await expect(rehearsed('oidc: text\n')).rejects.toMatchObject({ code: 'app-file-unreadable' });
  await expect(rehearsed('a: 1\n')).resolves.toBeUndefined();
});
