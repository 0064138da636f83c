import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { objectsIn } from '../fakes/objects.ts';
import { populated } from '../fakes/populated.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

const confirm = 'home.example.com';
let first: FakeWorld;
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
let name: string;
/** As it was at the copy. */
let then: Awaited<ReturnType<typeof objectsIn>>;
let yaml: string | undefined;

// A home with a copy of itself, on which somebody worked on: anna went, bob came, an app went and one came.
beforeAll(async () => {
  first = await populated();
  const run = homeauthIn(first);
  first.files.put(at('data/media/icon.svg'), 'then', 0o644);
  const made = JSON.parse((await run('backup', [], { plain: true }, { json: true })).out);
  name = made.copy.name;
  then = await objectsIn(first);
  yaml = await first.files.read(at('homeauth.yaml'));
  const runs = [
    await run('user add', ['bob'], { name: 'Bob', email: 'bob@example.com', passwordFile: '/root/pw' }),
    await run('user disable', ['anna'], { yes: true }, ['y']),
    await run('remove-app', ['whoami']),
    await run('add-app', ['wiki'], { upstream: 'wiki:80' }),
  ];
  const failed = runs.find(({ failure }) => failure && failure.exit !== 4);
  if (failed?.failure) throw failed.failure;
  first.files.put(at('data/media/icon.svg'), 'now', 0o644);
});
afterAll(() => first.close());
beforeEach(async () => {
  fake = await copyOf(first);
  homeauth = homeauthIn(fake);
});
afterEach(() => fake.close());

async function isAsThen(machine: FakeWorld): Promise<void> {
  expect(await objectsIn(machine)).toEqual(then);
  expect(await machine.files.read(at('homeauth.yaml'))).toBe(yaml);
  expect(await machine.files.read(at('data/media/icon.svg'))).toBe('then');
  expect(await machine.files.read('/srv/docker/caddy/etc/homeauth.caddy')).toContain('whoami.home.example.com');
  expect(await machine.files.read('/srv/docker/caddy/etc/homeauth.caddy')).not.toContain('wiki.home.example.com');
  expect(
    [...machine.docker.boxes]
      .filter(([, { running }]) => running)
      .map(([one]) => one)
      .toSorted(),
  ).toEqual([...['authentik', 'authentik-postgresql', 'authentik-worker', 'caddy', 'whoami']]);
  expect(await homeauthIn(machine)('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
  expect(await machine.files.stat(at('restoring.json'))).toBeUndefined();
}

test('says what would be lost, and changes nothing with --dry-run or without the word', async () => {
  const before = fake.files.snapshot();
  const { out, code } = await homeauth('restore', [name], { dryRun: true });
  expect(code).toBe(0);
  expect(out).toContain('People who were added since go: bob');
  expect(out).toContain('Apps that were added since go: wiki');
  expect(out).toContain('can log in again: anna');
  expect((await homeauth('restore', [name])).failure?.code).toBe('answer-missing');
  expect((await homeauth('restore', [name], { confirm: 'x' })).failure?.code).toBe('confirm-differs');
  expect(await homeauth('restore', [name], {}, [''])).toMatchObject({ code: 3 });
  expect(fake.files.snapshot()).toEqual(before);
});

test.each([
  ['another name', (name: string) => `${name}0`, {}, /^Those that are there: homeauth backup list$/],
  ['a path', () => '/mnt/usb/2026-11-29T160500Z', {}, /homeauth backup list --from \/mnt\/usb$/],
  ['another place', (name: string) => name, { from: '/mnt/usb' }, /homeauth backup list --from PATH/],
])('%s, where no such copy is, is told with what lists those that are there', async (_, written, flags, fix) => {
  for (const dryRun of [true, false]) {
    const { failure } = await homeauth('restore', [written(name)], { ...flags, dryRun });
    expect([failure?.code, failure?.fix]).toEqual(['copy-unknown', expect.stringMatching(fix)]);
  }
});

test('puts people, apps, files and secrets back, proves it, and keeps what was there', async () => {
  const { code, out, err, failure } = await homeauth('restore', [name], { confirm });
  expect(failure).toBeUndefined();
  expect(out).toContain('Proof');
  expect(code).toBe(0);
  await isAsThen(fake);
  const [kept = ''] = ((await fake.files.list('/srv/docker/authentik')) ?? []).filter((one) =>
    one.startsWith('before-restore-'),
  );
  expect(await fake.files.read(at(`${kept}/data/media/icon.svg`))).toBe('now');
  expect(await fake.files.read(at(`${kept}/homeauth.yaml`))).toContain('wiki');
  expect(await fake.files.read(at(`${kept}/.homeauth/token.env`))).toBeDefined();
  expect(err).toContain(kept);
  // And back again, by the copy that was made first.
  const copies = (await fake.files.list('/srv/docker/backups')) ?? [];
  const back = copies.toSorted().at(-1);
  expect(await homeauth('restore', [back], { confirm })).toMatchObject({ code: 0 });
  expect((await objectsIn(fake)).users).toContain('bob');
});

test('a damaged copy is refused before anything is touched', async () => {
  const dump = `/srv/docker/backups/${name}/database.dump`;
  await fake.files.overwrite(dump, ((await fake.files.read(dump)) ?? '').slice(0, 500));
  const before = fake.files.snapshot();
  expect((await homeauth('restore', [name], { confirm })).failure?.code).toBe('copy-damaged');
  expect(fake.files.snapshot()).toEqual(before);
});

test('a database that takes no copy leaves nothing that was unpacked, and everything as it was', async () => {
  const { exec } = fake.docker;
  Object.assign(fake.docker, {
    exec: async (...given: Parameters<typeof exec>) =>
      given[1].some((word) => word.includes('--single-transaction'))
        ? { code: 1, stdout: '', stderr: 'pg_restore: error: could not extend file' }
        : exec(...given),
  });
  const before = await objectsIn(fake);
  expect((await homeauth('restore', [name], { confirm })).failure?.code).toBe('backup-database');
  const left = ((await fake.files.list('/srv/docker/authentik')) ?? []).filter((one) =>
    one.startsWith('before-restore-'),
  );
  expect(left).toEqual([]);
  expect(await objectsIn(fake)).toEqual(before);
});

test('a copy that somebody else could have written is refused', async () => {
  await fake.files.setAccess(`/srv/docker/backups/${name}/files.tar`, 0o600, { uid: 1000, gid: 1000 });
  expect((await homeauth('restore', [name], { confirm })).failure?.code).toBe('untrusted-path');
});

test('a copy of a newer PostgreSQL, or of another directory, is refused', async () => {
  const path = `/srv/docker/backups/${name}/manifest.json`;
  const manifest = JSON.parse((await fake.files.read(path)) ?? '');
  await fake.files.overwrite(path, JSON.stringify({ ...manifest, postgres: '18.2' }));
  expect((await homeauth('restore', [name], { confirm })).failure?.code).toBe('copy-newer');
  await fake.files.overwrite(path, JSON.stringify({ ...manifest, baseDir: '/srv/other' }));
  expect((await homeauth('restore', [name], { confirm })).failure?.code).toBe('copy-elsewhere');
});

test('goes on after a power cut, to the same end; apply alone says so', async () => {
  const rehearsal = await copyOf(fake);
  const whole = cutAt(rehearsal);
  await homeauthIn(rehearsal, whole.over)('restore', [name], { confirm });
  const marked = whole.effects.findIndex((effect) => effect.endsWith('restoring.json')) + 1;
  const cleared = whole.effects.findLastIndex((effect) => effect.endsWith('restoring.json')) + 1;
  await rehearsal.close();
  expect(marked).toBeGreaterThan(5);
  // Before it, in the midst of exchanging, at its end and afterwards; both sides of an effect.
  const stride = Math.max(3, Math.floor((cleared - marked) / 6) | 1);
  const within = Array.from({ length: 8 }, (_, n) => Math.min(marked + n * stride, cleared));
  const points = new Set([6, ...within, cleared + 2]);
  for (const n of points) {
    const machine = await copyOf(fake);
    const cut = homeauthIn(machine, cutAt(machine, n, n % 2 ? 'before' : 'after').over)('restore', [name], { confirm });
    await expect(cut).rejects.toThrow(PowerCut);
    if (n > marked && n < cleared)
      expect((await homeauthIn(machine)('apply')).failure?.code).toBe('restore-unfinished');
    const again = await homeauthIn(machine)('restore', [name], { confirm });
    expect({ n, effect: whole.effects[n - 1], failure: again.failure }).toMatchObject({ failure: undefined });
    await isAsThen(machine);
    await machine.close();
  }
});
