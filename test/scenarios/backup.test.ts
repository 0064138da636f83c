import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { populated } from '../fakes/populated.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

const place = '/srv/docker/backups';
/** Without encryption, as its owner says each time. */
const plainly =
  (run: ReturnType<typeof homeauthIn>): ReturnType<typeof homeauthIn> =>
  (command, args, flags, terminal) =>
    run(command, args, command === 'backup' ? { plain: true, ...flags } : flags, terminal);
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;

beforeEach(async () => {
  fake = await populated();
  homeauth = plainly(homeauthIn(fake));
});
afterEach(() => fake.close());

interface Answer {
  readonly code: number;
  readonly copy: { readonly name: string; readonly path: string };
  readonly copies: readonly unknown[];
  readonly removed: readonly string[];
  readonly goes: readonly string[];
  readonly damages: readonly unknown[];
  readonly checks: readonly { readonly id: string; readonly status: string }[];
}

const copies = async () => (await fake.files.list(place)) ?? [];
const json = async (
  command: Parameters<typeof homeauth>[0],
  args: readonly unknown[] = [],
  flags = {},
): Promise<Answer> => {
  const { out, code } = await homeauth(command, args, flags, { json: true });
  return { ...JSON.parse(out || 'null'), code };
};
/** The same machine, with files that behave otherwise. */
const withFiles = (over: Partial<FakeWorld['files']>) =>
  plainly(homeauthIn(fake, { world: { ...fake.world, files: { ...fake.files, ...over } } }));

describe('backup', () => {
  test('copies the database, the files with the secrets, and Caddy, for root alone', async () => {
    const { code, out } = await homeauth('backup');
    expect(code).toBe(0);
    expect(out).toContain('verified');
    expect(out).toContain('2 people, 1 app');
    expect(out).toMatch(/It is not encrypted, and holds every secret/);
    const [name = '', ...more] = await copies();
    expect(more).toEqual([]);
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d{6}Z$/);
    const path = `${place}/${name}`;
    expect(await fake.files.stat(place)).toMatchObject({ mode: 0o700, owner: { uid: 0, gid: 0 } });
    expect(await fake.files.stat(path)).toMatchObject({ mode: 0o700, owner: { uid: 0, gid: 0 } });
    expect((await fake.files.list(path))?.toSorted()).toEqual(['database.dump', 'files.tar', 'manifest.json']);
    for (const file of (await fake.files.list(path)) ?? [])
      expect(await fake.files.stat(`${path}/${file}`)).toMatchObject({ mode: 0o600, owner: { uid: 0, gid: 0 } });
    expect(await fake.files.read(`${path}/database.dump`)).toContain('anna@example.com');
    const names = ((await fake.files.read(`${path}/files.tar`)) ?? '')
      .split('\n')
      .flatMap((line) => /"name":"(.*?)"/.exec(line)?.[1] ?? []);
    expect(names).toEqual(
      expect.arrayContaining([
        ...['homeauth.yaml', 'container-vars.env', '.homeauth/token.env', '.homeauth/ledger.json', 'certs', 'data'].map(
          (one) => `authentik/${one}`,
        ),
        'caddy/data',
        'caddy/etc/Caddyfile',
      ]),
    );
    expect(names.filter((one) => one.startsWith('authentik/db'))).toEqual([]);
    const manifest = JSON.parse((await fake.files.read(`${path}/manifest.json`)) ?? '');
    expect(manifest).toMatchObject({
      format: 1,
      homeauth: '0.1.0',
      why: 'asked',
      domain: 'home.example.com',
      baseDir: '/srv/docker',
      authentik: '2026.8.6',
      postgres: '17.4',
      apps: ['whoami'],
      counts: { applications: 2 },
      files: { 'database.dump': { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    });
    expect(manifest.people.map(({ username }: { username: string }) => username).toSorted()).toEqual(['anna', 'helen']);
    expect(manifest.leftOut).toContain('authentik_tasks_task');
  });

  test('changes nothing of the installation', async () => {
    const before = fake.files.snapshot();
    await homeauth('backup');
    const after = Object.entries(fake.files.snapshot()).filter(([path]) => !path.startsWith(place));
    expect(Object.fromEntries(after)).toEqual(before);
    expect(await homeauth('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
  });

  test('with --dry-run writes nothing', async () => {
    const before = fake.files.snapshot();
    const { code, out } = await homeauth('backup', [], { dryRun: true });
    expect(code).toBe(0);
    expect(out).toContain('/srv/docker/authentik/homeauth.yaml');
    expect(fake.files.snapshot()).toEqual(before);
  });

  test('goes where it is told, and where homeauth.yaml says', async () => {
    await homeauth('backup', [], { to: '/mnt/usb/home/' });
    expect(await fake.files.list('/mnt/usb/home')).toHaveLength(1);
    const text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
    fake.files.put(at('homeauth.yaml'), `${text}backup:\n  to: /mnt/other\n`);
    expect((await json('backup')).copy.path).toMatch(/^\/mnt\/other\//);
  });

  test('refuses a place that is copied itself, and one where others could put something else', async () => {
    expect((await homeauth('backup', [], { to: at('copies') })).failure?.code).toBe('backup-place');
    fake.files.put('/mnt/open/x', '');
    await fake.files.setAccess('/mnt/open', 0o777, { uid: 0, gid: 0 });
    expect((await homeauth('backup', [], { to: '/mnt/open/copies' })).failure?.code).toBe('untrusted-path');
  });

  test('is made while authentik is down, and says that nothing was counted', async () => {
    await fake.docker.remove('authentik');
    const { code, out } = await homeauth('backup');
    expect(code).toBe(0);
    expect(out).toContain('were not counted');
  });

  test.each([
    [
      'no room is left before it begins',
      'disk-full',
      { filesystem: async (path: string) => ({ ...(await fake.files.filesystem(path)), free: 1e6 }) },
    ],
    [
      'the disk gets full',
      'disk-full',
      {
        pour: async () => {
          throw new Failure({ code: 'disk-full', problem: 'It is full.', fix: 'Make room.' });
        },
      },
    ],
  ] as const)('leaves nothing behind where %s', async (_, problem, over) => {
    expect((await withFiles(over)('backup')).failure?.code).toBe(problem);
    expect(await copies()).toEqual([]);
  });

  test('a dump that ends badly, or cannot be read back, is thrown away', async () => {
    const [database] = [...fake.docker.databases.values()];
    if (database) database.store.down = true;
    expect((await homeauth('backup')).failure).toMatchObject({
      code: 'backup-database',
      problem: expect.stringContaining('pg_dump ended with status 1'),
    });
    expect(await copies()).toEqual([]);
    if (database) database.store.down = false;

    const cut: FakeWorld['files']['pour'] = async (path, mode, pour) => {
      const result = await fake.files.pour(path, mode, pour);
      if (path.endsWith('.dump')) await fake.files.overwrite(path, ((await fake.files.read(path)) ?? '').slice(0, 200));
      return result;
    };
    expect((await withFiles({ pour: cut })('backup')).failure?.code).toBe('copy-damaged');
    expect(await copies()).toEqual([]);
  });

  test('says which container does not run', async () => {
    const box = fake.docker.boxes.get('authentik-postgresql');
    if (box) box.running = undefined;
    expect((await homeauth('backup')).failure?.code).toBe('container-not-running');
    expect(await copies()).toEqual([]);
  });

  test('what a power cut left half made is no copy, and is swept away by the next', async () => {
    const whole = cutAt(await copyOf(fake));
    await plainly(homeauthIn(fake, whole.over))('backup');
    const all = whole.effects.length;
    expect(all).toBeGreaterThan(4);
    for (let n = 1; n <= all; n++)
      for (const when of ['before', 'after'] as const) {
        const machine = await populated();
        await expect(plainly(homeauthIn(machine, cutAt(machine, n, when).over))('backup')).rejects.toThrow(PowerCut);
        const again = await plainly(homeauthIn(machine))('backup');
        expect(again.code).toBe(0);
        const left = (await machine.files.list(place)) ?? [];
        expect(left.filter((name) => name.includes('partial'))).toEqual([]);
        await machine.close();
      }
  });
});

describe('doctor', () => {
  const findings = async () => {
    const { checks } = await json('doctor');
    return checks.filter(
      ({ id, status }: { id: string; status: string }) => id.startsWith('backup') && status !== 'ok',
    );
  };
  const aged = async (days: number) => {
    const { copy } = await json('backup');
    const manifest = JSON.parse((await fake.files.read(`${copy.path}/manifest.json`)) ?? '');
    const made = new Date(Date.now() - days * 86_400_000).toISOString();
    await fake.files.overwrite(`${copy.path}/manifest.json`, JSON.stringify({ ...manifest, made }));
  };

  test('says that there is no copy, once a home is older than a week', async () => {
    expect(await findings()).toEqual([]);
    for (const user of (await databaseOf(fake)).users) user.date_joined = '2026-01-01T00:00:00Z';
    expect(await findings()).toMatchObject([{ id: 'backup-missing', status: 'warn', fix: 'homeauth backup' }]);
  });

  test('says that the newest is old, and that it lies on the same disk', async () => {
    await aged(8);
    expect(await findings()).toMatchObject([{ id: 'backup-old' }, { id: 'backup-same-disk' }]);
  });

  test('is content with one of this week on another disk', async () => {
    await aged(3);
    const elsewhere = async (path: string) => ({
      ...(await fake.files.filesystem(path)),
      source: path.startsWith(place) ? '/dev/other' : '/dev/fake',
    });
    const { out } = await withFiles({ filesystem: elsewhere })('doctor', [], { verbose: true });
    expect(out).toContain('the newest copy is 3 days old');
    expect(out).toContain('✓ the copies are on another disk');
  });
});

describe('copies', () => {
  test('are listed, shown and verified', async () => {
    expect((await homeauth('backup list')).out).toContain('There is no copy');
    expect((await homeauth('backup verify')).failure?.code).toBe('copy-unknown');
    const { copy } = await json('backup');
    expect((await json('backup list')).copies).toMatchObject([{ name: copy.name }]);
    expect((await homeauth('backup show')).out).toContain('anna');
    expect(await homeauth('backup verify', [copy.name])).toMatchObject({
      code: 0,
      out: expect.stringContaining('is whole'),
    });
    expect((await homeauth('backup show', [`${copy.name}x`])).failure?.code).toBe('copy-unknown');
  });

  test.each([
    ['a changed file', 'changed', (path: string): Promise<unknown> => fake.files.overwrite(`${path}/files.tar`, 'x')],
    ['a missing file', 'missing', (path: string): Promise<unknown> => fake.files.remove(`${path}/database.dump`)],
  ] as const)('verify finds %s', async (_, is, harm) => {
    const { copy } = await json('backup');
    await harm(copy.path);
    const { code, damages } = await json('backup verify');
    expect(code).toBe(4);
    expect(damages).toMatchObject([{ is }]);
  });

  test('prune leaves the newest of each day, week and month, and what is not a copy of this home', async () => {
    const { copy } = await json('backup');
    const manifest = JSON.parse((await fake.files.read(`${copy.path}/manifest.json`)) ?? '');
    const put = (made: string, more = {}): string => {
      const name = `${made.slice(0, 19).replaceAll(':', '')}Z`;
      fake.files.put(`${place}/${name}/manifest.json`, JSON.stringify({ ...manifest, made, ...more }), 0o600);
      fake.files.put(`${place}/${name}/database.dump`, 'x', 0o600);
      return name;
    };
    const made = ['2026-01-05T10:00:00Z', '2026-01-05T20:00:00Z', '2026-01-06T10:00:00Z', '2026-02-06T10:00:00Z'].map(
      (one) => put(one),
    );
    const other = put('2026-01-05T11:00:00Z', { domain: 'other.example.org' });
    fake.files.put(`${place}/2020-01-01T000000Z/notes.txt`, 'mine');
    fake.files.put(`${place}/photos/a.jpg`, 'mine');
    expect((await json('backup prune', [], { keep: '2d,9m', dryRun: true })).goes).toEqual([made[1], made[0]]);
    expect((await json('backup prune', [], { keep: '9d' })).removed).toEqual([made[0]]);
    expect((await json('backup prune', [], { keep: '1m' })).removed).toEqual([made[3], made[2], made[1]]);
    expect((await copies()).toSorted()).toEqual([copy.name, other, '2020-01-01T000000Z', 'photos'].toSorted());
    expect((await homeauth('backup prune', [], { keep: 'all' })).failure?.code).toBe('flag-invalid');
    expect((await homeauth('backup prune')).failure?.code).toBe('answer-missing');
  });

  test('prune shows a person what goes, and asks', async () => {
    const [old, newest] = [await json('backup'), await json('backup')];
    const run = (answers: string[]) => homeauthIn(fake)('backup prune', [], { keep: '1d' }, answers);
    const refused = await run(['n']);
    expect([refused.code, await copies()]).toEqual([3, [old.copy.name, newest.copy.name]]);
    expect(refused.err).toContain(`- ${old.copy.path}   would go`);
    expect(refused.err).toContain('? Remove these for good?');
    const done = await run(['y']);
    expect([done.out, await copies()]).toEqual([`- ${old.copy.path}   removed`, [newest.copy.name]]);
    expect((await run([])).out).toMatch(/^No copy in .* is superfluous\.$/);
  });

  test('prune removes nothing while the newest is damaged', async () => {
    await json('backup');
    const { copy } = await json('backup');
    await fake.files.overwrite(`${copy.path}/files.tar`, 'x');
    expect((await homeauth('backup prune', [], { keep: '1d' })).failure?.code).toBe('copy-damaged');
    expect(await copies()).toHaveLength(2);
  });

  test('backup --keep prunes when the new one is there', async () => {
    await json('backup');
    const { removed, copy } = await json('backup', [], { keep: '1d' });
    expect(removed).toHaveLength(1);
    expect(await copies()).toEqual([copy.name]);
  });

  test('uninstall with all data leaves them', async () => {
    await homeauth('backup');
    const before = await copies();
    await homeauth('uninstall', [], { confirm: 'home.example.com' });
    expect(await fake.files.stat(at('homeauth.yaml'))).toBeUndefined();
    expect(await copies()).toEqual(before);
  });
});
