import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Flags } from '../fakes/homeauth.ts';
import { homeauthIn, initFlags, type Sitting } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { phone } from '../fakes/phone.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
let untouched: Readonly<Record<string, string>>;
const init = (flags: Flags, at?: Sitting) => homeauthIn(fake)('init', [], flags, at);
const begin = (world = fakeWorld()) => {
  fake = world;
  untouched = fake.files.snapshot();
};
const isUntouched = () => {
  expect(fake.files.snapshot()).toEqual(untouched);
  expect([...fake.docker.networks.keys(), ...fake.docker.boxes.keys()]).toEqual([]);
};
const without = (...names: readonly string[]): Flags =>
  Object.fromEntries(Object.entries(initFlags).filter(([name]) => !names.includes(name)));

beforeEach(() => begin());
afterEach(() => fake.close());

describe('where nobody can be asked', () => {
  test.each([
    [['domain'], '--domain is missing.', '--domain home.example.com --base-dir /srv/docker'],
    [['name', 'admin'], '--name is missing.', '--name Helen'],
    [['email'], '--email is missing.', '--email helen@example.com'],
    [['domain', 'name', 'admin', 'email'], '--domain, --name and --email are missing.', '--name Helen --email'],
  ])('all that is missing of %j is named at once', async (left, problem, words) => {
    const { code, failure } = await init({ ...without(...left), tls: 'internal' });
    expect(failure).toMatchObject({ code: 'answer-missing', problem });
    expect(`${failure?.details}`.split('\n')).toHaveLength(left.includes('admin') ? left.length - 1 : left.length);
    expect(failure?.fix).toMatch(/^For example: {2}homeauth init --yes .*--tls internal$/);
    expect(failure?.fix).toContain(words);
    expect(code).toBe(2);
    isUntouched();
  });

  test('the example is a command that works', async () => {
    const { failure } = await init({ name: "Helen O'Hara", baseDir: '/srv/docker', tls: 'internal' });
    expect(failure?.fix).toContain("--name 'Helen O'\\''Hara'");
    const words = `${failure?.fix}`.split(' ').filter((word) => word !== '' && !/['O]/.test(word));
    const given = words.flatMap((word, n) => (word.startsWith('--') ? [[word.slice(2), words[n + 1]]] : []));
    const { domain, email, tls } = Object.fromEntries(given);
    const again = await init({ domain, email, tls, name: "Helen O'Hara", baseDir: '/srv/docker', dryRun: true });
    expect(again.failure).toBeUndefined();
    isUntouched();
  });

  test('the user name is taken from the name', async () => {
    const { failure } = await init({ ...without('admin'), dryRun: true });
    expect(failure).toBeUndefined();
  });

  test.each<[Flags, string]>([
    [{ domain: 'home' }, 'domain'],
    [{ baseDir: 'docker' }, 'absolute'],
    [{ baseDir: '/' }, 'root of the file system'],
    [{ baseDir: '/proc/x' }, 'kernel'],
    [{ admin: 'akadmin' }, 'akadmin'],
    [{ email: 'helen' }, 'helen'],
    [{ tls: 'none' }, 'one of'],
  ])('%j is refused in the words of the configuration', async (flags, words) => {
    const { code, failure } = await init({ ...initFlags, ...flags });
    expect(failure?.code).toBe('flag-invalid');
    expect(`${failure?.problem}`).toContain(words);
    expect(failure?.fix).toContain('--');
    expect(code).toBe(2);
    isUntouched();
  });
});

describe('releases', () => {
  test.each([
    ['latest', {}, 'flag-invalid'],
    ['2031.2.1', {}, 'release-unknown'],
    ['2025.10.3', {}, 'release-unsupported'],
    ['2026.8.1', {}, 'release-unsafe'],
    ['2031.2.1', { allowUnsupported: true }, 'release-unknown'],
  ])('%s with %j: %s', async (authentikVersion, more, code) => {
    const ran = await init({ ...initFlags, authentikVersion, ...more });
    expect(ran.failure?.code).toBe(code);
    expect(ran.code).toBe(2);
    isUntouched();
  });

  test('one below the floor is set up where that is insisted on, and stays insisted on', async () => {
    const ran = await init({ ...initFlags, authentikVersion: '2026.8.1', allowUnsupported: true });
    expect(ran.failure).toBeUndefined();
    expect(ran.code).toBe(0);
    expect((await homeauthIn(fake)('apply')).code).toBe(0);
  });
});

describe('at a terminal', () => {
  const who = ['home.example.com', '', 'Helen Smith', '', 'helen@example.com', ''];

  test('asks, takes Enter for what it offers, and has the password typed twice', async () => {
    const terminal = fakeTerminal([
      ...who,
      'short',
      'password123',
      'correct horse',
      'correct house',
      'correct horse',
      'correct horse',
      'y',
      'n',
    ]);
    const { failure, code } = await init({ tls: 'internal' }, terminal);
    expect(failure).toBeUndefined();
    expect(code).toBe(0);
    expect(terminal.left).toEqual([]);
    const told = terminal.err.join('\n');
    expect(told).toContain('Nothing is changed before you say yes.');
    expect(told).toContain('> It has 5 characters; 10 are the least.');
    expect(told).toContain('> It is among the first that anybody would try.');
    expect(told).toContain('> The two are not the same.');
    expect(fake.files.snapshot()[at('homeauth.yaml')]).toContain('username: helen');
    expect(fake.files.snapshot()[at('homeauth.yaml')]).toContain('second-factor: admins');
    expect(told).toContain('? Set up the second factor of helen now?');
    expect(terminal.out.join('\n')).toContain('Next:  homeauth user enroll-2fa helen');
    expect(terminal.out.join('\n')).toContain('✓ the password of helen is right');
    expect(await fake.files.stat(at('.homeauth/admin-password'))).toBeUndefined();
    expect(`${terminal.out}${terminal.err}`).not.toContain('correct horse');
  });

  test('sets up the second factor of its owner at once', async () => {
    const app = phone(fake.clock.now);
    const typed = [...who, 'correct horse', 'correct horse', 'y', '', app.scan, 'y'];
    const { failure, err } = await init({ tls: 'internal' }, typed);
    expect(failure).toBeUndefined();
    expect(err).toContain('? Set up the second factor of helen now?');
    expect(err).toContain('✓ recovery codes');
    expect((await homeauthIn(fake)('user enroll-2fa', ['helen'], { dryRun: true })).out).toContain('already');
  });

  test('asks nobody about a second factor who does not want one', async () => {
    const typed = [...who.slice(0, -1), 'off', 'correct horse', 'correct horse', 'y'];
    const { failure, err, out } = await init({ tls: 'internal' }, typed);
    expect(failure).toBeUndefined();
    expect(err).not.toContain('Set up the second factor');
    expect(out).toContain('✓ helen can log in');
    expect(out).toContain('homeauth user enroll-2fa helen');
    expect(fake.files.snapshot()[at('homeauth.yaml')]).not.toContain('second-factor');
  });

  test('a no at the last question changes nothing', async () => {
    const { failure, code, err } = await init({ tls: 'internal' }, [...who, 'correct horse', 'correct horse', 'n']);
    expect(failure).toMatchObject({ code: 'refused', problem: 'Nothing was changed.' });
    expect(code).toBe(3);
    expect(err).toContain('This will be made:');
    isUntouched();
  });

  test('going away in the middle changes nothing', async () => {
    const { failure } = await init({}, fakeTerminal(who.slice(0, 3)));
    expect(failure?.code).toBe('nobody-to-ask');
    isUntouched();
  });
});

test('--dry-run shows the plan and writes nothing', async () => {
  const { code, out } = await init({ ...initFlags, dryRun: true });
  expect(code).toBe(0);
  expect(out).toContain('/srv/docker/authentik/homeauth.yaml');
  expect(out).toContain('to change');
  isUntouched();
});

describe('the password', () => {
  const password = async (content: string | undefined, stdin?: string) => {
    if (content !== undefined) fake.files.put('/root/pw', content, 0o600);
    untouched = fake.files.snapshot();
    const file = stdin === undefined ? '/root/pw' : '-';
    return init(
      { ...initFlags, adminPasswordFile: file },
      fakeTerminal(undefined, { ...(stdin !== undefined && { stdin }) }),
    );
  };

  test.each([
    ['is not there', undefined, 'file-missing'],
    ['is empty', '', 'file-unfit'],
    ['has a blank line alone', '\n', 'file-unfit'],
    ['has two lines', 'correct horse\nbattery\n', 'file-unfit'],
    ['holds a weak one', 'horse\n', 'password-weak'],
  ])('a file that %s', async (_, content, code) => {
    const ran = await password(content);
    expect(ran.failure?.code).toBe(code);
    expect(ran.failure?.fix).not.toBe('');
    expect(ran.code).toBe(2);
    isUntouched();
  });

  test.each([
    ['a file', 'correct horse\n', undefined],
    ['standard input', undefined, 'correct horse\n'],
  ])('from %s is the one that works', async (_, content, stdin) => {
    const ran = await password(content, stdin);
    expect(ran.failure).toBeUndefined();
    expect(ran.out).toContain('✓ helen can log in');
    expect(ran.out).not.toContain('The password of helen is in');
  });

  test('is made where nobody gives one: for root alone, and its path is told', async () => {
    const ran = await init(initFlags);
    expect(ran.out).toContain(`The password of helen is in ${at('.homeauth/admin-password')}`);
    expect(await fake.files.stat(at('.homeauth/admin-password'))).toMatchObject({
      mode: 0o600,
      owner: { uid: 0, gid: 0 },
    });
    expect(ran.out).not.toContain(await fake.files.read(at('.homeauth/admin-password')));
  });
});

describe('the page that asks before an app learns who somebody is', () => {
  const asked = async () => (await databaseOf(fake)).consents.length;

  test('is left out of a new home, and init says so', async () => {
    const ran = await init(initFlags);
    expect(ran.err).toContain('To be asked:\n--consent explicit\n');
    expect(fake.files.snapshot()[at('homeauth.yaml')]).toContain('consent: implicit');
    expect((await homeauthIn(fake)('add-app', ['whoami'])).out).toContain('✓ helen gets in');
    expect(await asked()).toBe(0);
  });

  test('is there where it is wanted, and in a homeauth.yaml that says nothing', async () => {
    const ran = await init({ ...initFlags, consent: 'explicit' });
    expect(ran.err).not.toContain('consent');
    expect(fake.files.snapshot()[at('homeauth.yaml')]).not.toContain('consent: implicit');
    expect((await homeauthIn(fake)('add-app', ['whoami'])).out).toContain('✓ helen gets in');
    expect(await asked()).toBe(1);
    for (const command of ['init', 'apply'] as const)
      expect((await homeauthIn(fake)(command)).err).not.toContain('Home forward auth');
  });
});

describe('on a server that has an installation', () => {
  beforeEach(async () => begin(await installed()));
  const isTheSame = () => expect(fake.files.snapshot()).toEqual(untouched);

  test('init without a flag goes on with it, and asks for nothing', async () => {
    const ran = await init({});
    expect(ran.failure).toBeUndefined();
    expect(ran.err).toContain(`${at('homeauth.yaml')} is there already`);
    expect(ran.code).toBe(0);
    isTheSame();
    expect((await init({}, [])).code).toBe(0);
  });

  test.each<[string, Flags, string]>([
    ['another domain', { domain: 'other.example.com' }, 'domain: home.example.com, not other.example.com'],
    ['another owner', { admin: 'joe' }, 'admin.username: helen, not joe'],
    ['another release', { authentikVersion: '2026.5.8' }, 'authentik.version: 2026.8.6, not 2026.5.8'],
    ['other certificates', { tls: 'auto' }, 'tls: internal, not auto'],
    ['manual work', { proxy: 'manual' }, 'proxy: caddy, not manual'],
  ])('%s is not silently ignored', async (_, flags, words) => {
    const ran = await init({ ...initFlags, ...flags });
    expect(ran.failure).toMatchObject({ code: 'already-set-up', details: words });
    expect(ran.failure?.fix).toMatch(/homeauth\.yaml, then: homeauth apply$/);
    expect(ran.code).toBe(2);
    isTheSame();
  });

  test('a second place is refused', async () => {
    const ran = await init({ ...initFlags, baseDir: '/mnt/docker' });
    expect(ran.failure?.code).toBe('already-set-up');
    expect(ran.failure?.fix).toContain('homeauth uninstall');
    isTheSame();
  });

  test('a signpost that leads nowhere is turned round', async () => {
    fake.close();
    begin();
    fake.files.put('/etc/homeauth/location', '/old/authentik/homeauth.yaml\n');
    const ran = await init(initFlags);
    expect(ran.failure).toBeUndefined();
    expect(await fake.files.read('/etc/homeauth/location')).toBe(`${at('homeauth.yaml')}\n`);
  });
});

test('authentik that keeps its list of devices to itself fails no job that is done', async () => {
  await fake.close();
  const fault = ({ path }: { path: string }) =>
    path.includes('/authenticators/') ? ({ kind: 'answer', status: 404, commit: false, body: {} } as const) : undefined;
  begin(fakeWorld({ standin: { fault } }));
  const { code, out } = await init(initFlags);
  expect(code).toBe(0);
  expect(out).not.toContain('enroll-2fa');
});
