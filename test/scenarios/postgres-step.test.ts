import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OpenFiles } from '../fakes/files.ts';
import { type Flags, homeauthIn } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { codeOf, logIn, oldHome } from '../fakes/old-home.ts';
import { madeBy } from '../fakes/old-postgres.ts';
import { inDatabase } from '../fakes/people.ts';
import type { Phone } from '../fakes/phone.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { copyOf, type FakeOptions, type FakeWorld } from '../fakes/world.ts';

let first: { fake: FakeWorld; app: Phone };
let fake: FakeWorld;
beforeAll(async () => {
  first = await oldHome('2026.8.6');
  await madeBy(15, first.fake);
});
afterAll(() => first.fake.close());
afterEach(() => fake.close());

const code = () => codeOf(fake, first.app);

async function begin(options: FakeOptions = {}): Promise<OpenFiles> {
  fake = await copyOf(first.fake, options);
  return fake.files;
}

const upgrade = (flags: Flags = {}, keys = ['y'], over = {}) => homeauthIn(fake, over)('upgrade', [], flags, keys);

const next = 'authentik-postgresql-next';
const keptIn = async () =>
  ((await fake.files.list('/srv/docker/authentik')) ?? []).filter((name) => name.startsWith('db.'));

/** It runs, on the directory that it made; nothing is under way, and people get in as ever. */
async function isOn(version: number): Promise<void> {
  expect((await fake.docker.container('authentik-postgresql'))?.image).toContain(`postgres:${version}-alpine`);
  expect(await fake.files.read(at('db/PG_VERSION'))).toBe(`${version}\n`);
  expect(await fake.docker.container(next)).toBeUndefined();
  expect(await fake.files.stat(at('db.next'))).toBeUndefined();
  expect(await fake.files.stat(at('upgrading.json'))).toBeUndefined();
  expect(await logIn(fake, 'anna')).toBe(0);
  expect(await logIn(fake, 'helen', code())).toBe(1);
  expect((await homeauthIn(fake)('plan')).out).toMatch(/^Nothing to change/);
}

/** What runs in the new PostgreSQL's container answers this where it is asked that. */
function failing(part: string, harm: (stdout: string) => { code: number; stdout: string }, container = next): void {
  const { exec } = fake.docker;
  Object.assign(fake.docker, {
    async exec(...given: Parameters<typeof exec>) {
      const [name, argv, { stdin = '' } = {}] = given;
      const asked = [...argv, typeof stdin === 'string' ? stdin : ''].join('\n');
      const ended = await exec(...given);
      return name === container && asked.includes(part)
        ? { ...ended, stderr: 'ERROR:  no', ...harm(ended.stdout) }
        : ended;
    },
  });
}

describe('PostgreSQL 15 → 17', () => {
  test('is a step of the plan, with what it means here; nothing is written', async () => {
    const files = await begin();
    const before = files.snapshot();
    const { out, code: exit } = await upgrade({ dryRun: true }, []);
    expect(exit).toBe(0);
    expect(out).toContain('authentik 2026.8.6 stays, in one step:');
    expect(out).toContain('PostgreSQL 15 → 17');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(`the former directory stays, as ${at('db.postgres-15-')}`);
    expect(files.snapshot()).toEqual(before);
    const json = await homeauthIn(fake)('upgrade', [], { dryRun: true }, { json: true });
    expect(JSON.parse(json.out).steps).toMatchObject([{ release: '2026.8.6', postgres: { from: 15, to: 17 } }]);
  });

  test('all of it is there afterwards, and the former directory beside it', async () => {
    const files = await begin();
    let served = true;
    const { run } = fake.docker;
    Object.assign(fake.docker, {
      async run(made: Parameters<typeof run>[0]) {
        if (made.name === next) served = (await fake.docker.container('authentik')) !== undefined;
        await run(made);
      },
    });
    const { failure, out, err } = await upgrade();
    expect(failure?.message).toBeUndefined();
    expect(served).toBe(false);
    expect(err).toContain('PostgreSQL 17 runs, and is proven');
    await isOn(17);
    const [kept = '', ...more] = await keptIn();
    expect([kept, more]).toEqual([expect.stringMatching(/^db\.postgres-15-\d{4}-\d\d-\d\dT\d{6}Z$/), []]);
    expect(await files.read(at(`${kept}/PG_VERSION`))).toBe('15\n');
    const said = out.replaceAll(/\s+/g, ' ');
    expect(said).toContain(`The former database stays in ${at(kept)}`);
    expect(said).toContain(`rm -r ${at(kept)}`);
    expect(await upgrade({}, [])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^authentik 2026\.8\.6 runs already\./),
    });
    // No copy has it in it, doctor names it when it is old, and uninstall keeps it.
    await homeauthIn(fake)('backup', [], { plain: true });
    const [copy = ''] = (await files.list('/srv/docker/backups')) ?? [];
    expect(await files.read(`/srv/docker/backups/${copy}/files.tar`)).not.toContain(`${kept}/PG_VERSION`);
    const old = 'db.postgres-15-2020-01-01T000000Z';
    await files.rename(at(kept), at(old));
    expect((await homeauthIn(fake)('doctor')).out.replaceAll(/\s+/g, ' ')).toContain(`rm -r ${at(old)}`);
  });

  test('is taken back later, with what would be lost', async () => {
    const files = await begin();
    expect((await upgrade()).failure).toBeUndefined();
    const bob = { name: 'Bob', email: 'bob@example.com', passwordFile: '/root/pw' };
    await homeauthIn(fake)('user add', ['bob'], bob);
    const shown = (await upgrade({ back: true, dryRun: true }, [])).out.replaceAll(/\s+/g, ' ');
    expect(shown).toContain('from PostgreSQL 17 to PostgreSQL 15');
    expect(shown).toContain('bob');
    const { failure } = await upgrade({ back: true, confirm: 'home.example.com' }, []);
    expect(failure?.message).toBeUndefined();
    await isOn(15);
    expect(await keptIn()).toEqual([]);
    expect(await inDatabase(fake, ({ users }) => users.map(({ username }) => username))).not.toContain('bob');
    expect(await files.stat(at('.homeauth/upgraded.json'))).toBeUndefined();
    expect((await upgrade()).failure?.message).toBeUndefined();
    await isOn(17);
    await files.removeTree(at((await keptIn())[0] ?? ''));
    expect((await upgrade({ back: true }, [])).failure?.code).toBe('upgrade-no-way-back');
    await isOn(17);
  });

  test.each(['database', 'key', 'token'])('is taken back later, also after rotate %s', async (what) => {
    await begin();
    expect((await upgrade()).failure).toBeUndefined();
    expect((await homeauthIn(fake)('rotate', [what], { yes: true })).failure?.message).toBeUndefined();
    const added = await homeauthIn(fake)('add-app', ['wiki'], { upstream: 'wiki:80' });
    expect(added.failure?.message).toBeUndefined();
    const { failure } = await upgrade({ back: true, confirm: 'home.example.com' }, []);
    expect(failure?.message).toBeUndefined();
    await isOn(15);
    expect(await fake.files.read(at('homeauth.yaml'))).not.toContain('wiki');
  });

  test.each([
    ['the dump cannot be restored', 'pg_restore ', () => ({ code: 1, stdout: '' }), /pg_restore ended with status 1/],
    [
      'a row is missing',
      '\\gexec',
      (stdout: string) => ({ code: 0, stdout: stdout.replace(/users\|\d+/, 'users|1') }),
      /public\.users: \d+ → 1/,
    ],
    ['the password is refused', 'PGPASSWORD', () => ({ code: 2, stdout: '' }), /does not take the password/],
    ['it does not start', 'pg_isready', () => ({ code: 1, stdout: '' }), /did not start within 120 s/],
  ])('goes back where %s: the former one runs, nothing is lost', async (_, part, harm, why) => {
    await begin();
    failing(part, harm);
    const { failure, code: exit } = await upgrade();
    expect({ code: failure?.code, exit }).toEqual({ code: 'upgrade-failed', exit: 4 });
    expect(failure?.problem).toMatch(
      /^The step to PostgreSQL 17 failed\. PostgreSQL 15 runs again, .* Nothing is lost/,
    );
    expect([failure?.why, failure?.details].flat().join('\n')).toMatch(why);
    await isOn(15);
    expect(await keptIn()).toEqual([]);
  });

  test('goes back where authentik does not start with it, after the exchange', async () => {
    await begin({
      fate: (program) => async (around) => {
        const isServer = around.container.definition.command?.[0] === 'server';
        const version = await around.files.read(at('db/PG_VERSION'));
        const running = await program(around);
        return isServer && version === '17\n'
          ? { ...running, ports: new Map(), health: () => 'starting' as const }
          : running;
      },
    });
    const { failure } = await upgrade();
    expect(failure?.code).toBe('upgrade-failed');
    await isOn(15);
    expect(await keptIn()).toEqual([]);
  });

  test('a power cut is gone on from, or back, at every sort of moment', async () => {
    await begin();
    const whole = cutAt(fake);
    expect((await upgrade({}, ['y'], whole.over)).failure).toBeUndefined();
    const { effects } = whole;
    await fake.close();
    const moves = effects.flatMap((name, n) => (name.startsWith(`files.rename ${at('db')}`) ? [n + 1] : []));
    expect(moves).toHaveLength(2);
    const stride = Math.floor(effects.length / 4);
    const points = [...[1, 2, 3].map((n) => 3 + n * stride), ...moves, ...moves.map((n) => n + 1)];
    for (const [i, n] of points.entries()) {
      await begin();
      const over = cutAt(fake, n, i % 2 ? 'after' : 'before').over;
      await expect(upgrade({}, ['y'], over), effects[n - 1]).rejects.toThrow(PowerCut);
      if ((await fake.files.stat(at('upgrading.json'))) !== undefined)
        expect((await homeauthIn(fake)('apply')).failure?.code).toBe('upgrade-unfinished');
      const goesBack = i % 3 === 2;
      const flags = goesBack ? { back: true, confirm: 'home.example.com' } : {};
      const again = await upgrade(flags);
      expect({ n, effect: effects[n - 1], failure: again.failure?.message }).toMatchObject({ failure: undefined });
      await isOn(goesBack ? 15 : 17);
      await fake.close();
    }
  });
});

describe('is refused before anything is stopped', () => {
  const problems = async () => {
    const before = fake.files.snapshot();
    const ran = await homeauthIn(fake)('upgrade', [], {}, { json: true });
    expect(ran.code).toBe(4);
    expect(fake.files.snapshot()).toEqual(before);
    const [step] = JSON.parse(ran.out).steps;
    return step.problems.map((one: { code: string }) => one.code);
  };

  test('where PostgreSQL holds other databases', async () => {
    await begin();
    failing('string_agg(datname', () => ({ code: 0, stdout: 'nextcloud\n' }), 'authentik-postgresql');
    expect(await problems()).toEqual(['postgres-shared']);
  });

  test.each([
    [
      'it keeps data elsewhere',
      'from pg_tablespace',
      ['fast', '"My disk"'],
      'postgres-tablespace',
      `-c 'drop tablespace "My disk"'`,
    ],
    [
      'it has settings',
      'from pg_db_role_setting',
      ['work_mem', 'jit'].map((name) => ({ name, of: `role "o'neil" in database authentik` })),
      'postgres-settings',
      `psql -U postgres -c 'alter role "o'\\''neil" in database authentik reset all'\n`,
    ],
  ])('where %s, with the commands that help', async (_, part, found, code, command) => {
    const stdout = `${JSON.stringify(found)}\n`;
    await begin();
    failing(part, () => ({ code: 0, stdout }), 'authentik-postgresql');
    expect(await problems()).toEqual([code]);
    const { out } = await upgrade({ dryRun: true }, []);
    expect(out).toContain(command);
  });

  test.each([
    ['there is no room', { free: 1e8 }, ['disk-full']],
    ['the directory is a file system of its own', { target: '/srv/docker/authentik/db' }, ['postgres-mount']],
    ['the directory is a link', { realPath: '/mnt/fast/db' }, ['postgres-mount']],
  ])('where %s', async (_, is, codes) => {
    await begin();
    const { filesystem } = fake.files;
    Object.assign(fake.files, {
      async filesystem(path: string) {
        const found = await filesystem(path);
        return path.endsWith('/db') || 'free' in is ? { ...found, ...is } : found;
      },
    });
    expect(await problems()).toEqual(codes);
  });

  test('where there is no room for its copy: it is one of the steps', async () => {
    await begin();
    const { filesystem } = fake.files;
    Object.assign(fake.files, { filesystem: async (path: string) => ({ ...(await filesystem(path)), free: 530e6 }) });
    const { out } = await upgrade({ dryRun: true }, []);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('the copies of 1 step, and going back');
  });
});

describe('comes with a newer authentik', () => {
  const steps = async () => {
    const ran = await homeauthIn(fake)('upgrade', [], { dryRun: true }, { json: true });
    const { steps } = JSON.parse(ran.out) as { steps: { release: string; postgres?: { from: number } }[] };
    return steps.map(({ release, postgres }) => (postgres ? `PostgreSQL with ${release}` : release));
  };

  test('at the end; or before the first release that refuses the one that runs', async () => {
    const old = await oldHome('2025.2.4');
    await madeBy(13, old.fake);
    fake = await copyOf(old.fake);
    const all = ['2025.4.4', '2025.6.4', '2025.8.6', 'PostgreSQL with 2025.8.6', '2025.10.4', '2025.12.6'];
    expect(await steps()).toEqual([...all, '2026.2.7', '2026.5.8', '2026.8.6']);
    await fake.close();
    await madeBy(12, old.fake);
    fake = await copyOf(old.fake);
    expect((await steps()).slice(0, 2)).toEqual(['PostgreSQL with 2025.2.4', '2025.4.4']);
    await fake.close();
    await madeBy(16, old.fake);
    fake = await copyOf(old.fake);
    expect((await steps()).slice(-2)).toEqual(['2026.8.6', 'PostgreSQL with 2026.8.6']);
    await old.fake.close();
  });

  test('both are taken, one after the other', async () => {
    const old = await oldHome('2026.5.8');
    await madeBy(15, old.fake);
    fake = old.fake;
    const { failure, err } = await upgrade();
    expect(failure?.message).toBeUndefined();
    expect(err.indexOf('authentik 2026.8.6 runs')).toBeLessThan(err.indexOf('PostgreSQL 17 runs'));
    expect(await fake.files.read(at('db/PG_VERSION'))).toBe('17\n');
    for (const was of ['PostgreSQL 15', 'authentik 2026.5.8']) {
      const back = await upgrade({ back: true, confirm: 'home.example.com' }, []);
      expect(back.failure?.message).toBeUndefined();
      expect(back.err).toContain(`${was} runs again`);
    }
    expect(await logIn(fake, 'anna')).toBe(0);
  });
});
