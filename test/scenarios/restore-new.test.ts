import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { databaseOf, objectsIn } from '../fakes/objects.ts';
import { enter } from '../fakes/people.ts';
import { populated } from '../fakes/populated.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

const root = '/srv/docker/authentik';
/** Where the copy was carried to. */
const path = '/mnt/usb/2026-11-29T160500Z';
let old: FakeWorld;
let copy: Readonly<Record<string, string>>;
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;

beforeAll(async () => {
  old = await populated();
  const there = old.files;
  there.put(at('data/media/icon.svg'), 'ours', 0o644);
  there.put('/srv/docker/caddy/data/caddy/pki/authorities/local/root.key', 'the authority', 0o600);
  there.put('/root/mail-password', 'kettle', 0o600);
  const line =
    'mail: { host: mail.example.com, from: a@example.com, username: a, password-file: /root/mail-password }\n';
  await there.write(at('homeauth.yaml'), `${await there.read(at('homeauth.yaml'))}${line}# our notes\n`, 0o644);
  await homeauthIn(old)('apply');
  const made = await homeauthIn(old)('backup', [], { plain: true }, { json: true });
  const from: string = JSON.parse(made.out).copy.path;
  const contents: Record<string, string> = {};
  for (const name of (await there.list(from)) ?? []) contents[name] = (await there.read(`${from}/${name}`)) ?? '';
  copy = contents;
});
afterAll(() => old.close());
beforeEach(() => begin());
afterEach(() => fake.close());

async function begin(): Promise<void> {
  await fake?.close();
  fake = fakeWorld();
  for (const [name, content] of Object.entries(copy)) fake.files.put(`${path}/${name}`, content, 0o600);
  homeauth = homeauthIn(fake);
}

const running = (machine: FakeWorld) =>
  [...machine.docker.boxes].flatMap(([name, box]) => (box.running ? [name] : [])).toSorted();

async function annaGetsIn(authHost: string): Promise<void> {
  await (await enter(fake, 'anna', 'kettle lantern orbit', { authHost })).leave();
}

async function isAllThere(): Promise<void> {
  expect(await objectsIn(fake)).toEqual(await objectsIn(old));
  expect(running(fake)).toEqual(running(old));
  for (const one of ['homeauth.yaml', 'container-vars.env', '.homeauth/token.env', 'data/media/icon.svg'])
    expect(await fake.files.read(at(one)), one).toBe(await old.files.read(at(one)));
  expect(await fake.files.read('/srv/docker/caddy/data/caddy/pki/authorities/local/root.key')).toBe('the authority');
  expect(await fake.files.read('/root/mail-password')).toBe('kettle');
  expect(await fake.files.stat(at('restoring.json'))).toBeUndefined();
  expect(Object.keys(fake.files.snapshot()).filter((one) => one.includes('homeauth-restore'))).toEqual([]);
  expect(await homeauth('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
}

test('is the first command on an empty machine: all of it comes from the copy, and is proven', async () => {
  const dry = fake.files.snapshot();
  expect((await homeauth('restore', [path], { dryRun: true })).out).toContain('/srv/docker');
  expect(fake.files.snapshot()).toEqual(dry);
  const { code, out, failure } = await homeauth('restore', [path]);
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  expect(out).toContain('Proof');
  await isAllThere();
  await annaGetsIn('auth.home.example.com');
  expect(await fake.files.read('/etc/homeauth/location')).toBe(`${root}/homeauth.yaml\n`);
});

test('another domain and another base directory: names and paths follow, comments stay', async () => {
  const { code, failure, err } = await homeauth('restore', [path], { domain: 'new.example.org', baseDir: '/opt/home' });
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  expect(err.replace(/\s+/g, ' ')).toContain('Passkeys of the former domain do not work');
  const text = (await fake.files.read('/opt/home/authentik/homeauth.yaml')) ?? '';
  expect(text).toContain('domain: new.example.org');
  expect(text).toContain('# our notes');
  expect(text).not.toContain('home.example.com\n');
  expect(Object.keys(fake.files.snapshot()).filter((one) => one.startsWith('/srv/docker'))).toEqual([]);
  const state = await databaseOf(fake);
  expect(state.providers.map((one) => one.external_host).filter((host) => host.includes('home.example.com'))).toEqual(
    [],
  );
  expect(await fake.files.read('/opt/home/caddy/etc/homeauth.caddy')).toContain('whoami.new.example.org');
  expect(await fake.files.read('/opt/home/caddy/etc/homeauth.caddy')).not.toContain('home.example.com');
  expect(await homeauth('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
  await annaGetsIn('auth.new.example.org');
  // What was made there is still homeauth's: nothing stays behind.
  expect(await homeauth('uninstall', [], { confirm: 'new.example.org' })).toMatchObject({ code: 0 });
  expect(running(fake)).toEqual([]);
  expect(Object.keys(fake.files.snapshot()).filter((one) => one.startsWith('/opt/home/'))).toEqual([]);
});

test.each([
  ['a name without a path', ['2026-11-29T160500Z'], {}, 'copy-unknown'],
  ['what is no copy', ['/mnt/usb/none'], {}, 'copy-unknown'],
  ['a domain that is none', [path], { domain: 'x y' }, 'flag-invalid'],
  ['a base directory that is none', [path], { baseDir: 'here' }, 'flag-invalid'],
] as const)('refuses %s', async (_, args, flags, code) => {
  const before = fake.files.snapshot();
  expect((await homeauth('restore', args, flags)).failure?.code).toBe(code);
  expect(fake.files.snapshot()).toEqual(before);
});

test('a path without a copy is told with what works where nothing is installed', async () => {
  const { failure } = await homeauth('restore', ['/mnt/usb/none'], { dryRun: true });
  expect([failure?.problem, failure?.fix]).toEqual(['/mnt/usb/none is not there.', 'See what is there: ls /mnt/usb']);
});

test('refuses where something is there already, and a damaged copy, and leaves nothing', async () => {
  fake.files.put(at('homeauth.yaml'), 'mine');
  const before = fake.files.snapshot();
  expect((await homeauth('restore', [path])).failure?.code).toBe('restore-occupied');
  expect(fake.files.snapshot()).toEqual(before);
  await fake.files.remove(at('homeauth.yaml'));
  await fake.files.overwrite(`${path}/files.tar`, 'x');
  expect((await homeauth('restore', [path])).failure?.code).toBe('copy-damaged');
  expect(running(fake)).toEqual([]);
});

test('an uninstall that left something behind does not stand in its way', async () => {
  await homeauth('restore', [path]);
  fake.files.put('/srv/docker/photos/a.jpg', 'mine');
  expect(await homeauth('uninstall', [], { confirm: 'home.example.com' })).toMatchObject({ code: 0 });
  expect(await homeauth('restore', [path])).toMatchObject({ code: 0 });
  await isAllThere();
});

test('--domain is refused where there is an installation', async () => {
  expect((await homeauthIn(old)('restore', [path], { domain: 'new.example.org' })).failure?.code).toBe('flag-invalid');
});

test('goes on after a power cut, to the same end', async () => {
  const whole = cutAt(fake);
  await homeauthIn(fake, whole.over)('restore', [path]);
  const count = whole.effects.length;
  const points = [...Array.from({ length: 7 }, (_, n) => 2 + n * 3), Math.floor(count / 2), count - 1];
  for (const n of points) {
    await begin();
    const cut = homeauthIn(fake, cutAt(fake, n, n % 2 ? 'before' : 'after').over)('restore', [path]);
    await expect(cut, whole.effects[n - 1]).rejects.toThrow(PowerCut);
    const again = await homeauth('restore', [path], { confirm: 'home.example.com' });
    expect({ n, effect: whole.effects[n - 1], failure: again.failure?.message }).toMatchObject({ failure: undefined });
    expect(again.code).toBe(0);
    await isAllThere();
  }
});

describe('what was cut off is gone on from', () => {
  beforeEach(async () => {
    const whole = cutAt(fake);
    await homeauthIn(fake, whole.over)('restore', [path]);
    // The files have their names, and the database is missing.
    const laid = 1 + whole.effects.findIndex((effect) => effect.startsWith('docker.'));
    await begin();
    await expect(homeauthIn(fake, cutAt(fake, laid).over)('restore', [path])).rejects.toThrow(PowerCut);
    expect(await fake.files.stat(at('restoring.json'))).toBeDefined();
  });

  test('by an intact copy alone', async () => {
    await fake.files.overwrite(`${path}/database.dump`, 'theirs');
    expect((await homeauth('restore', [path])).failure?.code).toBe('copy-damaged');
    expect(running(fake)).toEqual([]);
  });

  test('by a copy alone that nobody else can change', async () => {
    await fake.files.setAccess(`${path}/files.tar`, 0o600, { uid: 1000, gid: 1000 });
    expect((await homeauth('restore', [path])).failure?.code).toBe('untrusted-path');
    expect(running(fake)).toEqual([]);
  });

  test('for the same domain alone', async () => {
    const before = fake.files.snapshot();
    const { failure } = await homeauth('restore', [path], { domain: 'new.example.org' });
    expect(failure?.code).toBe('flag-invalid');
    expect(failure?.message).toContain('home.example.com');
    expect(fake.files.snapshot()).toEqual(before);
    expect((await homeauth('restore', [path])).failure).toBeUndefined();
    await isAllThere();
  });
});
