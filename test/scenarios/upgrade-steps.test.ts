import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import type { OpenFiles } from '../fakes/files.ts';
import { type Flags, homeauthIn } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { codeOf, logIn, oldHome } from '../fakes/old-home.ts';
import { inDatabase } from '../fakes/people.ts';
import type { Phone } from '../fakes/phone.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { copyOf, type FakeOptions, type FakeWorld } from '../fakes/world.ts';

let first: { fake: FakeWorld; app: Phone };
let fake: FakeWorld;
beforeAll(async () => {
  first = await oldHome('2025.10.4');
});
afterAll(() => first.fake.close());
afterEach(() => fake.close());

const code = () => codeOf(fake, first.app);

async function begin(options: FakeOptions = {}): Promise<OpenFiles> {
  fake = await copyOf(first.fake, options);
  return fake.files;
}

const upgrade = (flags: Flags = {}, keys = ['y'], over = {}) => homeauthIn(fake, over)('upgrade', [], flags, keys);

/** All of it is of this release, nothing is under way, and people get in as ever. */
async function isAt(version: string, folder: string, rows: readonly string[]): Promise<void> {
  expect(await inDatabase(fake, ({ history }) => [...history])).toEqual(rows);
  const text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
  expect(text).toContain(`version: ${version}`);
  expect(text).toContain('# ours since 2019');
  for (const name of ['authentik', 'authentik-worker'])
    expect((await fake.docker.container(name))?.image).toContain(`:${version}`);
  expect(await fake.files.read(at(`${folder}/public/icon.png`))).toBe('icon');
  expect(await fake.files.stat(at('upgrading.json'))).toBeUndefined();
  expect(await fake.files.stat(at('before-upgrade/taken-back'))).toBeUndefined();
  expect(await logIn(fake, 'anna')).toBe(0);
  expect(await logIn(fake, 'helen', code())).toBe(1);
  expect((await homeauthIn(fake)('plan')).out).toMatch(/^Nothing to change/);
}

const isBack = () => isAt('2025.10.4', 'media', ['2025.10.4']);

describe('two steps, with files that move', () => {
  test('everything is of the newest, and a second run has nothing to do', async () => {
    const files = await begin();
    const ran = await upgrade({ to: '2026.2.7' });
    expect(ran.failure?.message).toBeUndefined();
    expect(ran.code).toBe(0);
    const { err, out } = ran;
    await isAt('2026.2.7', 'data/media', ['2025.10.4', '2025.12.6', '2026.2.7']);
    expect(err).toContain('authentik stops for some minutes');
    expect(err).toContain('authentik 2025.12.6 runs, and is proven');
    expect(out).toContain('homeauth upgrade --back');
    expect(out).toContain(`rm -r ${at('before-upgrade')}`);
    const copies = (await files.list(at('before-upgrade'))) ?? [];
    expect(copies).toHaveLength(2);
    for (const copy of copies)
      for (const name of (await files.list(at(`before-upgrade/${copy}`))) ?? [])
        expect((await files.stat(at(`before-upgrade/${copy}/${name}`)))?.mode).toBe(0o600);
    const again = await upgrade({ to: '2026.2.7' }, []);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('authentik 2026.2.7 runs already.') });
  });

  test('--one takes the first alone; --json says what was made', async () => {
    await begin();
    const terminal = fakeTerminal(['y'], { json: true });
    const ran = await homeauthIn(fake)('upgrade', [], { to: '2026.2.7', one: true }, terminal);
    expect(ran.failure?.message).toBeUndefined();
    const { from, to, copies } = JSON.parse(ran.out);
    expect({ from, to, copies: copies.length }).toEqual({ from: '2025.10.4', to: '2025.12.6', copies: 1 });
    await isAt('2025.12.6', 'data/media', ['2025.10.4', '2025.12.6']);
  });

  test('what is in the way of files that move is told before, and so is a disk without room for all copies', async () => {
    const files = await begin();
    files.put(at('data/media/old.png'), 'old');
    const shown = await upgrade({ to: '2026.2.7' }, []);
    expect({ code: shown.code, told: shown.out.includes('data/media is there already') }).toEqual({
      code: 4,
      told: true,
    });
    await files.removeTree(at('data'));
    const { filesystem } = files;
    Object.assign(fake.files, { filesystem: async (path: string) => ({ ...(await filesystem(path)), free: 540e6 }) });
    const full = await upgrade({ to: '2026.2.7' }, []);
    expect(full.code).toBe(4);
    expect(full.out.replaceAll(/\s+/g, ' ')).toContain('the copies of 2 steps');
  });

  test('nothing is changed without a yes', async () => {
    const files = await begin();
    const before = files.snapshot();
    expect((await upgrade({ to: '2026.2.7' }, ['n'])).code).toBe(3);
    expect(files.snapshot()).toEqual(before);
    expect(fake.docker.pulls).toEqual([]);
  });

  test('all images are there before the first stop', async () => {
    const files = await begin();
    const { pull } = fake.docker;
    Object.assign(fake.docker, {
      async pull(name: string) {
        expect(await fake.docker.container('authentik')).toMatchObject({ running: true });
        if (name.includes('2026.2.7'))
          throw new Failure({ code: 'registry-unreachable', problem: 'No answer.', fix: 'Try again.' });
        await pull(name);
      },
    });
    const before = files.snapshot();
    expect((await upgrade({ to: '2026.2.7' })).failure?.code).toBe('registry-unreachable');
    expect(files.snapshot()).toEqual(before);
    await isBack();
  });
});

describe('a step that fails goes back, and nothing is lost:', () => {
  const goesBack = async (why: RegExp) => {
    const { failure, code: exit } = await upgrade({ to: '2026.2.7' });
    expect({ code: failure?.code, exit }).toEqual({ code: 'upgrade-failed', exit: 4 });
    expect(failure?.problem).toMatch(/2025\.10\.4 runs again, .* Nothing is lost\.$/);
    expect([failure?.why, failure?.details].flat().join('\n')).toMatch(why);
    await isBack();
  };

  test('migrations that fail after they have written their row', async () => {
    const files = await begin({ standin: { failing: ['2025.12.6'] } });
    await goesBack(/The migrations of the database do not fit/);
    expect(await files.read(at('before-upgrade/failed-2025.12.6.log'))).toContain('InconsistentMigrationHistory');
    const { out: found } = await homeauthIn(fake)('doctor');
    expect(found.replace(/\s+/g, ' ')).toContain('An upgrade to 2025.12.6 failed, and was taken back');
    expect(found).toContain('before-upgrade/failed-2025.12.6.log');
  });

  test('a server that never gets ready', async () => {
    await begin({
      fate: (program) => async (around) => {
        const running = await program(around);
        const isNew = around.container.definition.image.endsWith('server:2025.12.6');
        return isNew ? { ...running, ports: new Map(), health: () => 'starting' } : running;
      },
    });
    await goesBack(/authentik is not right: starting/);
  });

  test('a worker that never connects', async () => {
    await begin({
      fate: (program) => (around) => {
        const { image, command } = around.container.definition;
        const isNew = image.endsWith('server:2025.12.6') && command?.[0] === 'worker';
        return isNew
          ? Promise.resolve({ ports: new Map(), health: () => 'healthy' as const, stop: async () => {} })
          : program(around);
      },
    });
    await goesBack(/No worker of this release is connected/);
  });

  test('a proof: somebody is gone', async () => {
    await begin();
    const { run } = fake.docker;
    Object.assign(fake.docker, {
      async run(made: Parameters<typeof run>[0]) {
        if (made.definition.image.endsWith('server:2025.12.6'))
          await inDatabase(fake, (state) => {
            state.users = state.users.filter(({ username }) => username !== 'anna');
          });
        await run(made);
      },
    });
    await goesBack(/There were \d users, and now there are \d/);
  });

  test('a proof: an app is open to strangers', async () => {
    await begin();
    const { run } = fake.docker;
    let isOpen = false;
    Object.assign(fake.docker, {
      async run(made: Parameters<typeof run>[0]) {
        isOpen = made.definition.image.endsWith('server:2025.12.6') || (isOpen && made.name !== 'authentik');
        await run(made);
      },
    });
    const { dial } = fake.world.http;
    Object.assign(fake.world.http, {
      async dial(request: Parameters<typeof dial>[0]) {
        const answer = await dial(request);
        return isOpen && request.url.startsWith('https://whoami.') ? { ...answer, status: 200 } : answer;
      },
    });
    await goesBack(/whoami/);
  });

  test('a disk that is full while the copy is made', async () => {
    await begin();
    const { pour } = fake.files;
    Object.assign(fake.files, {
      pour: async (...given: Parameters<typeof pour>) => {
        if (given[0].includes('before-upgrade'))
          throw new Failure({ code: 'disk-full', problem: 'The disk is full.', fix: 'Free some space.' });
        return pour(...given);
      },
    });
    await goesBack(/The disk is full/);
  });

  test('two groups of one name that came after the look', async () => {
    await begin();
    const { pull } = fake.docker;
    Object.assign(fake.docker, {
      async pull(name: string) {
        await pull(name);
        if (name.endsWith('server:2025.12.6'))
          await inDatabase(fake, (state) => {
            const [group] = state.groups;
            if (group) state.groups.push({ ...group, pk: 'b0b0b0b0-0000-4000-8000-000000000000' });
          });
      },
    });
    const { failure } = await upgrade({ to: '2026.2.7' });
    expect(failure?.code).toBe('upgrade-failed');
    expect([failure?.details].join('')).toContain('DuplicateNameError');
    await inDatabase(fake, (state) => void state.groups.pop());
    await isBack();
  });
});

describe('back over the last step', () => {
  const confirm = 'home.example.com';

  test('says what would be lost, wants the domain, and brings everything back', async () => {
    const files = await begin();
    expect((await upgrade({ back: true }, [])).failure?.code).toBe('upgrade-no-way-back');
    expect((await upgrade({ to: '2025.12.6' })).failure).toBeUndefined();
    const bob = { name: 'Bob', email: 'bob@example.com', passwordFile: '/root/pw' };
    await homeauthIn(fake)('user add', ['bob'], bob);
    files.put(at('data/media/public/late.png'), 'late');
    const before = files.snapshot();
    const shown = await upgrade({ back: true, dryRun: true }, []);
    expect(shown.out.replaceAll(/\s+/g, ' ')).toContain('People who were added since go: bob');
    expect((await homeauthIn(fake)('upgrade', [], { back: true })).failure?.code).toBe('answer-missing');
    expect((await upgrade({ back: true, confirm: 'x' })).failure?.code).toBe('confirm-differs');
    expect((await upgrade({ back: true }, [''])).code).toBe(3);
    expect(files.snapshot()).toEqual(before);
    const { failure, code: exit, err } = await upgrade({ back: true }, [confirm]);
    expect(failure?.message).toBeUndefined();
    expect(exit).toBe(0);
    expect(err).toContain('authentik 2025.10.4 runs again');
    await isBack();
    expect(await inDatabase(fake, ({ users }) => users.map(({ username }) => username))).not.toContain('bob');
    expect(await files.list(at('data'))).toBeUndefined();
    // What was there lies in a copy of its own, and there is nothing to go back to from here.
    const copies = (await files.list(at('before-upgrade'))) ?? [];
    expect(copies).toHaveLength(2);
    expect((await upgrade({ back: true, confirm }, [])).failure?.code).toBe('upgrade-no-way-back');
    expect((await upgrade({ to: '2025.12.6' })).failure).toBeUndefined();
    await isAt('2025.12.6', 'data/media', ['2025.10.4', '2025.12.6']);
  });

  test('one step after the other, as far as there are copies', async () => {
    await begin();
    expect((await upgrade({ to: '2026.2.7' })).failure).toBeUndefined();
    expect((await upgrade({ back: true, confirm }, [])).failure).toBeUndefined();
    await isAt('2025.12.6', 'data/media', ['2025.10.4', '2025.12.6']);
    expect((await upgrade({ back: true, confirm }, [])).failure).toBeUndefined();
    await isBack();
  });

  test('is refused where something newer has come, or the copy is gone or damaged', async () => {
    const files = await begin();
    expect((await upgrade({ to: '2025.12.6' })).failure).toBeUndefined();
    const [copy = ''] = (await files.list(at('before-upgrade'))) ?? [];
    const dump = at(`before-upgrade/${copy}/database.dump`);
    const whole = (await files.read(dump)) ?? '';
    await files.overwrite(dump, whole.slice(0, 500));
    expect((await upgrade({ back: true, confirm }, [])).failure?.code).toBe('copy-damaged');
    await isAt('2025.12.6', 'data/media', ['2025.10.4', '2025.12.6']);
    await files.removeTree(at('before-upgrade'));
    expect((await upgrade({ back: true, confirm }, [])).failure?.code).toBe('upgrade-no-way-back');
  });
});

describe('an upgrade that was interrupted', () => {
  test('a power cut is gone on from, at every sort of moment; nothing else may change anything', async () => {
    await begin();
    const whole = cutAt(fake);
    expect((await upgrade({ to: '2025.12.6' }, ['y'], whole.over)).failure).toBeUndefined();
    const { effects } = whole;
    await fake.close();
    const stride = Math.floor(effects.length / 5);
    const points = [...Array.from({ length: 5 }, (_, n) => 2 + n * stride), effects.length];
    for (const [i, n] of points.entries()) {
      await begin();
      const over = cutAt(fake, n, i % 2 ? 'after' : 'before').over;
      await expect(upgrade({ to: '2025.12.6' }, ['y'], over), effects[n - 1]).rejects.toThrow(PowerCut);
      const isOpen = (await fake.files.stat(at('upgrading.json'))) !== undefined;
      if (isOpen) {
        expect((await homeauthIn(fake)('apply')).failure?.code).toBe('upgrade-unfinished');
        expect((await homeauthIn(fake)('doctor')).out).toContain('was interrupted');
      }
      const again = await upgrade({ to: '2025.12.6' });
      expect({ n, effect: effects[n - 1], failure: again.failure?.message }).toMatchObject({ failure: undefined });
      await isAt('2025.12.6', 'data/media', ['2025.10.4', '2025.12.6']);
      await fake.close();
    }
  });

  test('or goes back, where that is asked for; and a way back that was cut off goes on', async () => {
    const confirm = 'home.example.com';
    await begin();
    const whole = cutAt(fake);
    await upgrade({ to: '2025.12.6' }, ['y'], whole.over);
    const cut = whole.effects.length - 3;
    await fake.close();
    await begin();
    await expect(upgrade({ to: '2025.12.6' }, ['y'], cutAt(fake, cut).over)).rejects.toThrow(PowerCut);
    const rehearsal = await copyOf(fake);
    const back = cutAt(rehearsal);
    await homeauthIn(rehearsal, back.over)('upgrade', [], { back: true, confirm });
    await rehearsal.close();
    const stride = Math.floor(back.effects.length / 4);
    for (const n of [1 + stride, 2 + 2 * stride, 1 + 3 * stride]) {
      const machine = await copyOf(fake);
      const over = cutAt(machine, n, n % 2 ? 'after' : 'before').over;
      const failing = homeauthIn(machine, over)('upgrade', [], { back: true, confirm });
      await expect(failing, back.effects[n - 1]).rejects.toThrow(PowerCut);
      const { failure } = await homeauthIn(machine)('upgrade', [], { back: true, confirm });
      expect({ n, effect: back.effects[n - 1], failure: failure?.message }).toMatchObject({ failure: undefined });
      const keep = fake;
      fake = machine;
      await isBack();
      await machine.close();
      fake = keep;
    }
  });

  test('Ctrl-C stops before the next part, and says what goes on and what goes back', async () => {
    await begin();
    const controller = new AbortController();
    const { pour } = fake.files;
    Object.assign(fake.files, {
      pour: async (...given: Parameters<typeof pour>) => {
        if (given[0].endsWith('database.dump')) controller.abort();
        return pour(...given);
      },
    });
    const ran = await upgrade({ to: '2026.2.7' }, ['y'], { signal: controller.signal });
    expect(ran).toMatchObject({ code: 130, failure: { code: 'interrupted' } });
    expect([ran.failure?.fix].flat().join('\n')).toContain('homeauth upgrade --back');
    expect(await fake.docker.container('authentik')).toBeUndefined();
    expect((await homeauthIn(fake)('user add', ['x'], { name: 'X', email: 'x@x.org', link: true })).failure?.code).toBe(
      'upgrade-unfinished',
    );
    const shown = await upgrade({ dryRun: true }, []);
    expect(shown.out).toContain('was interrupted');
    expect((await upgrade({ back: true }, [])).failure).toBeUndefined();
    await isBack();
  });

  test('a restore, and uninstall, put an end to it, too', async () => {
    const files = await begin();
    const made = await homeauthIn(fake)('backup', [], { plain: true }, { json: true });
    const { name } = JSON.parse(made.out).copy;
    const whole = cutAt(fake);
    await upgrade({ to: '2025.12.6' }, ['y'], whole.over);
    await fake.close();
    const confirm = 'home.example.com';
    const disk = await begin();
    for (const path of (await files.list(`/srv/docker/backups/${name}`)) ?? [])
      disk.put(`/srv/docker/backups/${name}/${path}`, (await files.read(`/srv/docker/backups/${name}/${path}`)) ?? '');
    const cut = cutAt(fake, whole.effects.length - 4).over;
    await expect(upgrade({ to: '2025.12.6' }, ['y'], cut)).rejects.toThrow(PowerCut);
    const restored = await homeauthIn(fake)('restore', [name], { confirm });
    expect(restored.failure?.message).toBeUndefined();
    expect(await disk.stat(at('upgrading.json'))).toBeUndefined();
    expect(await inDatabase(fake, ({ history }) => [...history])).toEqual(['2025.10.4']);
    await fake.close();

    const again = await begin();
    await expect(upgrade({ to: '2025.12.6' }, ['y'], cutAt(fake, whole.effects.length - 4).over)).rejects.toThrow(
      PowerCut,
    );
    const gone = await homeauthIn(fake)('uninstall', [], { confirm, config: at('homeauth.yaml') });
    expect(gone.failure?.message).toBeUndefined();
    expect(await again.list('/srv/docker/authentik')).toBeUndefined();
    expect([...fake.docker.boxes.keys()]).toEqual([]);
  });

  test('goes on to where it was to go', async () => {
    await begin();
    const controller = new AbortController();
    const { run } = fake.docker;
    Object.assign(fake.docker, {
      async run(made: Parameters<typeof run>[0]) {
        await run(made);
        if (made.definition.image.endsWith('server:2025.12.6')) controller.abort();
      },
    });
    const ran = await upgrade({ to: '2026.2.7' }, ['y'], { signal: controller.signal });
    expect(ran.code).toBe(130);
    const { failure, err } = await upgrade({}, []);
    expect(failure?.message).toBeUndefined();
    expect(err.replaceAll(/\s+/g, ' ')).toContain('It goes on now.');
    await isAt('2026.2.7', 'data/media', ['2025.10.4', '2025.12.6', '2026.2.7']);
  });
});
