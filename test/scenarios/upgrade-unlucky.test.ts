import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import type { OpenFiles } from '../fakes/files.ts';
import { type Flags, homeauthIn, plain } from '../fakes/homeauth.ts';
import { at, changeConfig } from '../fakes/installed.ts';
import { oldHome } from '../fakes/old-home.ts';
import { inDatabase } from '../fakes/people.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { whoami } from '../fakes/whoami.ts';
import { copyOf, type FakeOptions, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let fake: FakeWorld;
beforeAll(async () => {
  first = (await oldHome('2025.10.4')).fake;
});
afterAll(() => first.close());
afterEach(() => fake.close());

async function begin(options: FakeOptions = {}): Promise<OpenFiles> {
  fake = await copyOf(first, options);
  return fake.files;
}

const confirm = 'home.example.com';
const upgrade = (flags: Flags = {}, keys = ['y'], over = {}, options = {}) =>
  homeauthIn(fake, over)('upgrade', [], flags, fakeTerminal(keys, options));
const imageOf = async (name = 'authentik') => (await fake.docker.container(name))?.image;

/** Power goes at the first effect of this name. */
async function cutWhere(which: RegExp, flags: Flags = { to: '2025.12.6' }) {
  await begin();
  const whole = cutAt(fake);
  await upgrade(flags, ['y'], whole.over);
  await fake.close();
  const n = whole.effects.findIndex((name) => which.test(name)) + 1;
  expect(n, whole.effects.join('\n')).toBeGreaterThan(0);
  const files = await begin();
  await expect(upgrade(flags, ['y'], cutAt(fake, n).over)).rejects.toThrow(PowerCut);
  return files;
}

describe('what was wrong before is no reason:', () => {
  test('a default blueprint in error', async () => {
    await begin();
    await inDatabase(fake, ({ blueprints }) => {
      const [one] = blueprints.filter(({ path }) => path.startsWith('default/'));
      if (one) one.status = 'error';
    });
    const { failure } = await upgrade({ to: '2025.12.6' });
    expect(failure?.message).toBeUndefined();
    expect(await imageOf()).toContain('2025.12.6');
    expect((await upgrade({ back: true, confirm }, [])).failure?.message).toBeUndefined();
  });
});

describe('after a cut before authentik was stopped, people went on with it:', () => {
  const someoneGoes = () =>
    inDatabase(fake, (state) => {
      state.users = state.users.filter(({ username }) => username !== 'anna');
    });

  test('on', async () => {
    await cutWhere(/^docker.remove/);
    await someoneGoes();
    const { failure } = await upgrade();
    expect(failure?.message).toBeUndefined();
    expect(await imageOf()).toContain('2025.12.6');
  });

  test('back', async () => {
    await cutWhere(/^docker.remove/);
    await someoneGoes();
    const { failure } = await upgrade({ back: true, confirm });
    expect(failure?.message).toBeUndefined();
    expect(await imageOf()).toContain('2025.10.4');
  });
});

test('who is removed between the count and the stop is missed by nobody, forward and on the way back', async () => {
  for (const back of [false, true]) {
    const files = await begin();
    for (const to of ['2025.12.5', '2025.12.6', '2026.2.0'])
      files.put(at(`before-upgrade/failed-${to}.log`), 'of a run before', 0o600);
    const { remove, run } = fake.docker;
    let isGone = false;
    fake.docker.remove = async (name) => {
      if (name === 'authentik-worker' && !isGone) {
        isGone = true;
        await inDatabase(fake, (state) => {
          state.users = state.users.filter(({ username }) => username !== 'anna');
        });
      }
      return remove(name);
    };
    const broken = () => Promise.reject(new Failure({ code: 'x', problem: 'It broke.', fix: 'Look.' }));
    if (back) fake.docker.run = async (given) => (given.definition.image?.includes('2025.12') ? broken() : run(given));
    const { failure } = await upgrade({ to: '2025.12.6' });
    expect([failure?.code, await imageOf()]).toEqual([
      back ? 'upgrade-failed' : undefined,
      expect.stringContaining(back ? '2025.10.4' : '2025.12.6'),
    ]);
    // It is of use until the step is made.
    const logs = ((await files.list(at('before-upgrade'))) ?? []).filter((name) => name.endsWith('.log')).toSorted();
    const newer = 'failed-2026.2.0.log';
    expect(logs).toEqual(back ? ['failed-2025.12.5.log', 'failed-2025.12.6.log', newer] : [newer]);
    if (!back) await fake.close();
  }
});

test('a disk that stays full while the copy is made does not keep authentik stopped', async () => {
  await begin();
  let isFull = false;
  const full = () => new Failure({ code: 'disk-full', problem: 'The disk is full.', fix: 'Free some space.' });
  const { pour, write } = fake.files;
  Object.assign(fake.files, {
    pour: async (...given: Parameters<typeof pour>) => {
      if (given[0].includes('before-upgrade')) {
        isFull = true;
        throw full();
      }
      return pour(...given);
    },
    write: async (...given: Parameters<typeof write>) => {
      if (isFull) throw full();
      return write(...given);
    },
  });
  const { failure } = await upgrade({ to: '2025.12.6' });
  expect(failure?.code).toBe('upgrade-failed');
  expect(await imageOf()).toContain('2025.10.4');
});

test('one beside another is refused also between two parts of a step, and so are a restore and uninstall', async () => {
  await begin();
  const codes: unknown[] = [];
  const { dial } = fake.world.http;
  Object.assign(fake.world.http, {
    async dial(request: Parameters<typeof dial>[0]) {
      if (codes.length === 0 && request.url.startsWith('https://whoami.') && (await imageOf())?.includes('2025.12.6')) {
        codes.push('asked');
        const [copy = ''] = (await fake.files.list(at('before-upgrade'))) ?? [];
        const others = homeauthIn(fake, { patience: 0 });
        const runs = [
          await others('upgrade', [], {}, ['y']),
          await others('upgrade', [], { back: true, confirm }),
          await others('restore', [at(`before-upgrade/${copy}`)], { confirm }),
          await others('uninstall', [], { confirm }),
        ];
        codes.push(...runs.map(({ failure }) => failure?.code));
      }
      return dial(request);
    },
  });
  const { failure } = await upgrade({ to: '2025.12.6' });
  expect(codes).toEqual(['asked', 'locked', 'locked', 'locked', 'locked']);
  expect(failure?.message).toBeUndefined();
  expect(await inDatabase(fake, ({ history }) => [...history])).toEqual(['2025.10.4', '2025.12.6']);
  expect(await fake.files.list(at('before-upgrade'))).toHaveLength(1);
});

test('--one goes on with the step that was interrupted, and takes no other', async () => {
  await cutWhere(/^docker.run .*authentik/, { to: '2026.2.7' });
  const { failure } = await upgrade({ one: true }, []);
  expect(failure?.message).toBeUndefined();
  expect(await imageOf()).toContain('2025.12.6');
});

describe('a journal that cannot be read', () => {
  test.each([
    ['is cut off', (text: string) => text.slice(0, 80)],
    ['is of a newer homeauth', (text: string) => text.replace('"goes": "on"', '"goes": "sideways"')],
    ['is empty', () => ''],
  ])('%s: said, with what is left to do; doctor and status work', async (_, harm) => {
    const files = await cutWhere(/^docker.run .*authentik/);
    await files.overwrite(at('upgrading.json'), harm((await files.read(at('upgrading.json'))) ?? ''));
    const before = files.snapshot();
    for (const flags of [{}, { back: true, confirm }, { dryRun: true }]) {
      const { failure } = await upgrade(flags, []);
      expect(failure?.code).toBe('upgrade-unreadable');
    }
    expect((await homeauthIn(fake)('apply')).failure?.code).toBe('upgrade-unreadable');
    expect(files.snapshot()).toEqual(before);
    const doctor = await homeauthIn(fake)('doctor');
    expect(doctor.failure).toBeUndefined();
    expect(plain(doctor.out)).toContain(at('upgrading.json'));
    expect((await homeauthIn(fake)('status')).failure).toBeUndefined();
    const [copy = ''] = (await files.list(at('before-upgrade'))) ?? [];
    const restored = await homeauthIn(fake)('restore', [at(`before-upgrade/${copy}`)], { confirm });
    expect(restored.failure?.message).toBeUndefined();
    expect(await imageOf()).toContain('2025.10.4');
  });
});

test('homeauth.yaml keeps its line ends and its comments', async () => {
  const files = await begin();
  const text = (await files.read(at('homeauth.yaml'))) ?? '';
  const odd = text.replace('version: 2025.10.4', 'version: 2025.10.4 # the one from spring').replaceAll('\n', '\r\n');
  await files.write(at('homeauth.yaml'), odd.replace('2025.10.4', "'2025.10.4'"), 0o644);
  expect((await upgrade({ to: '2025.12.6' })).failure?.message).toBeUndefined();
  expect(await files.read(at('homeauth.yaml'))).toBe(odd.replace('2025.10.4', '2025.12.6'));
});

test('copies go with backup.to in a repository, which an upgrade does not need', async () => {
  const files = await begin();
  const lines = "backup: { to: 'restic:rest:https://nas.example.com/home', restic-env: /root/gone, keep: 1d }\n";
  await changeConfig(files, (text) => `${text}${lines}`);
  const { failure, out } = await upgrade({ to: '2025.12.6' });
  expect(failure?.message).toBeUndefined();
  expect(out).toContain(at('before-upgrade'));
  expect((await upgrade({ back: true, confirm }, [])).failure?.message).toBeUndefined();
  expect(await imageOf()).toContain('2025.10.4');
});

describe('a new release that has served', () => {
  test('--back says truly what is lost, also while it does not answer', async () => {
    const files = await cutWhere(/^files.write .*homeauth.yaml/);
    const bob = { username: 'bob', name: 'Bob' };
    await inDatabase(fake, (state) => {
      const [anna] = state.users.filter(({ username }) => username === 'anna');
      if (anna) state.users.push({ ...anna, pk: 99, uuid: 'b0b0b0b0-0000-4000-8000-000000000009', ...bob } as never);
    });
    const shown = await upgrade({ back: true, dryRun: true }, []);
    expect(plain(shown.out)).toContain('bob');
    expect(plain(shown.out)).not.toContain('A copy of the current state is made first');
    Object.assign(fake.docker, { dialAddress: async () => undefined });
    const later = await upgrade({ back: true, dryRun: true }, []);
    expect(plain(later.out)).not.toContain('nothing is lost');
    expect((await homeauthIn(fake)('upgrade', [], { back: true })).failure?.code).toBe('answer-missing');
    expect(await files.stat(at('upgrading.json'))).toBeDefined();
  });
});

describe('whatever is set up besides', () => {
  test('mail', async () => {
    const files = await begin();
    const mail = 'mail:\n  host: mail.example.com\n  from: home@example.com\n';
    await changeConfig(files, (text) => `${text}${mail}`);
    expect((await homeauthIn(fake)('apply')).failure?.message).toBeUndefined();
    expect((await upgrade({ to: '2025.12.6' })).failure?.message).toBeUndefined();
    expect((await homeauthIn(fake)('plan')).out).toMatch(/^Nothing to change/);
    expect((await upgrade({ back: true, confirm }, [])).failure?.message).toBeUndefined();
    expect((await homeauthIn(fake)('plan')).out).toMatch(/^Nothing to change/);
  });

  test('an app that asks by LDAP: its outpost is of the release, there and back', async () => {
    const files = await begin({ program: (image) => (image.includes('jellyfin') ? whoami : undefined) });
    expect((await upgrade({ to: '2025.12.6' })).failure?.message).toBeUndefined();
    await theirContainer(fake, 'jellyfin', { image: 'jellyfin/jellyfin:10.11' });
    const added = await homeauthIn(fake)('add-app', ['jellyfin'], {
      upstream: 'jellyfin:80',
      group: 'family',
      yes: true,
    });
    expect(added.failure?.message).toBeUndefined();
    expect((await upgrade({ to: '2026.2.7' })).failure?.message).toBeUndefined();
    expect(await imageOf('authentik-ldap-jellyfin')).toContain('ldap:2026.2.7');
    expect((await upgrade({ back: true, confirm }, [])).failure?.message).toBeUndefined();
    expect(await imageOf('authentik-ldap-jellyfin')).toContain('ldap:2025.12.6');
    expect(await files.stat(at('upgrading.json'))).toBeUndefined();
  });
});

test('every other command that changes something is refused while a step is open', async () => {
  const files = await cutWhere(/^docker.run .*authentik/);
  const before = files.snapshot();
  const person = { name: 'X', email: 'x@x.org', link: true };
  const runs: [Parameters<ReturnType<typeof homeauthIn>>[0], unknown[]?, Flags?][] = [
    ['apply'],
    ['init'],
    ['add-app', ['wiki'], { upstream: 'wiki:80' }],
    ['remove-app', ['whoami']],
    ['backup', [], { plain: true }],
    ['backup drill'],
    ['backup prune', [], { keep: '1d' }],
    ['schedule'],
    ['user add', ['x'], person],
    ['user remove', ['anna']],
    ['user disable', ['anna']],
    ['rotate', ['all']],
    ['rescue'],
  ];
  for (const [command, args = [], flags = {}] of runs) {
    const { failure } = await homeauthIn(fake)(command, args, flags);
    expect({ command, code: failure?.code }).toEqual({ command, code: 'upgrade-unfinished' });
    expect(plain(failure?.fix)).toContain('homeauth upgrade --back');
  }
  expect(files.snapshot()).toEqual(before);
});

test('a way back that fails is said each time, and a copy of a release without fixes can be restored', async () => {
  const old = (await oldHome('2025.2.4')).fake;
  fake = old;
  const { run } = fake.docker;
  let isBroken = true;
  Object.assign(fake.docker, {
    async run(made: Parameters<typeof run>[0]) {
      if (isBroken && (await fake.files.stat(at('upgrading.json'))) && made.name === 'authentik')
        throw new Failure({ code: 'port-taken', problem: 'Something is wrong.', fix: 'Mend it.' });
      await run(made);
    },
  });
  const stuck = await upgrade({ to: '2025.4.4' });
  expect(stuck.failure?.code).toBe('upgrade-stuck');
  expect((await upgrade({}, [])).failure?.code).toBe('upgrade-stuck');
  const [copy = ''] = (await fake.files.list(at('before-upgrade'))) ?? [];
  isBroken = false;
  const restored = await homeauthIn(fake)('restore', [at(`before-upgrade/${copy}`)], { confirm });
  expect(restored.failure?.message).toBeUndefined();
  expect(await imageOf()).toContain('2025.2.4');
  expect(await fake.files.stat(at('before-upgrade'))).toBeDefined();
});

test('what its owner wrote into homeauth.yaml while a step was open stays, where that is taken back', async () => {
  const files = await cutWhere(/^docker.run .*authentik/);
  const { run } = fake.docker;
  Object.assign(fake.docker, {
    async run(made: Parameters<typeof run>[0]) {
      if (made.definition.image.endsWith('server:2025.12.6'))
        throw new Failure({ code: 'port-taken', problem: 'Something is wrong.', fix: 'Mend it.' });
      await run(made);
    },
  });
  await files.overwrite(at('homeauth.yaml'), `${await files.read(at('homeauth.yaml'))}# a thought\n`);
  const { failure } = await upgrade({}, []);
  expect(failure?.code).toBe('upgrade-failed');
  expect(failure?.problem).toContain('What people changed after the interruption is lost');
  expect(await files.read(at('homeauth.yaml'))).toMatch(/version: 2025\.10\.4[\s\S]*a thought/);
});

test('--json on the way back says from where to where', async () => {
  await begin();
  await upgrade({ to: '2025.12.6' });
  const { out } = await upgrade({ back: true, confirm }, [], {}, { json: true });
  expect(JSON.parse(out)).toMatchObject({ ok: true, from: '2025.12.6', to: '2025.10.4' });
});
