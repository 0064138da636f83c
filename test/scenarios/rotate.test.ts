import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { eras, isOlder } from '../../src/model/release.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, changeConfig } from '../fakes/installed.ts';
import { databaseOf, objectsIn } from '../fakes/objects.ts';
import { enter } from '../fakes/people.ts';
import { populated } from '../fakes/populated.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;

beforeAll(async () => {
  first = await populated();
});
afterAll(() => first.close());
beforeEach(() => begin());
afterEach(() => fake.close());

async function begin(): Promise<void> {
  await fake?.close();
  fake = await copyOf(first);
  homeauth = homeauthIn(fake);
}

const written = async (path: string, name: string) =>
  new RegExp(`^${name}=(.*)$`, 'm').exec((await fake.files.read(at(path))) ?? '')?.[1];

async function secrets() {
  const [made, used, told, key, token] = await Promise.all([
    written('container-vars.env', 'POSTGRES_PASSWORD'),
    written('container-vars.env', 'AUTHENTIK_POSTGRESQL__PASSWORD'),
    written('postgresql-vars.env', 'POSTGRES_PASSWORD'),
    written('container-vars.env', 'AUTHENTIK_SECRET_KEY'),
    written('.homeauth/token.env', 'HOMEAUTH_TOKEN'),
  ]);
  expect(used).toBe(made);
  expect(told).toBe(made);
  return { database: made, key, token };
}

async function isWell(): Promise<void> {
  expect(await homeauth('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
  expect(await objectsIn(fake)).toEqual(await objectsIn(first));
  expect(Object.keys(fake.files.snapshot()).filter((path) => path.includes('rotation'))).toEqual([]);
  await (await enter(fake, 'anna', 'kettle lantern orbit')).leave();
}

test.each(['database', 'key', 'token'] as const)('%s: the new one works, the old one does not', async (what) => {
  const before = await secrets();
  const { code, out, failure } = await homeauth('rotate', [what], {}, { json: true });
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  expect(JSON.parse(out).checks.map(({ status }: { status: string }) => status)).toEqual(['ok', 'ok']);
  const after = await secrets();
  expect({ ...after, [what]: '' }).toEqual({ ...before, [what]: '' });
  expect(after[what]).not.toBe(before[what]);
  expect(out).not.toContain(after[what]);
  await isWell();
});

test('all of them, after a leak: sessions end, and what others have is listed', async () => {
  const state = await databaseOf(fake);
  const anna = state.users.find(({ username }) => username === 'anna')?.pk ?? 0;
  const before = await secrets();
  await enter(fake, 'anna', 'kettle lantern orbit');
  expect(anna).toBeGreaterThan(0);
  const { code, out } = await homeauth('rotate', ['all'], { leaked: true });
  expect(code).toBe(0);
  expect(out).toContain('1 session was ended');
  for (const words of [
    'Older copies contain the former secrets',
    'password of a repository of restic',
    'tokens of those in notify',
  ])
    expect(out.replace(/\s+/g, ' ')).toContain(words);
  const after = await secrets();
  for (const one of ['database', 'key', 'token'] as const) expect(after[one]).not.toBe(before[one]);
  await isWell();
});

test('asks first, and changes nothing without a yes', async () => {
  const before = fake.files.snapshot();
  expect(await homeauth('rotate', ['all'], {}, ['n'])).toMatchObject({ code: 3 });
  expect(fake.files.snapshot()).toEqual(before);
});

test('without a Docker neither rotate nor backup asks for anything', async () => {
  fake.docker.engine = async () => {
    throw new Failure({ code: 'docker-unreachable', problem: 'Docker does not answer.', fix: 'Start it.' });
  };
  for (const [command, args] of [
    ['rotate', ['all']],
    ['rotate', ['mail']],
    ['backup', []],
  ] as const) {
    const terminal = fakeTerminal(['y']);
    expect((await homeauth(command, args, {}, terminal)).failure?.code).toBe('docker-unreachable');
    expect(terminal.left).toEqual(['y']);
  }
});

test('mail without a mail server is refused', async () => {
  fake.files.put('/root/new', 'secret\n', 0o600);
  expect((await homeauth('rotate', ['mail'], { mailPasswordFile: '/root/new' })).failure?.code).toBe('mail-not-set');
});

const running = () => [...fake.docker.boxes].flatMap(([name, box]) => (box.running ? [name] : [])).toSorted();

describe.each(['database', 'key'] as const)('%s: where apply would refuse, nothing is exchanged', (what) => {
  test('because of what homeauth.yaml says since', async () => {
    await theirContainer(fake, 'grocy');
    await theirContainer(fake, 'plex');
    const app = 'apps:\n  - { name: grocy, login: header, upstream: "grocy:80" }';
    await changeConfig(fake.files, (yaml) => yaml.replace('apps:', app));
    const [before, ran] = [fake.files.snapshot(), running()];
    expect(await homeauth('rotate', [what])).toMatchObject({ code: 2, failure: { code: 'header-shared' } });
    expect(running()).toEqual(ran);
    expect(fake.files.snapshot()).toEqual(before);
  });

  test("because of somebody else's thing in the place of ours", async () => {
    const ledger = JSON.parse((await fake.files.read(at('.homeauth/ledger.json'))) ?? '');
    const made = ledger.made.filter(({ id }: { id: string }) => id !== `file:${at('docker-compose.yml')}`);
    fake.files.put(at('.homeauth/ledger.json'), JSON.stringify({ ...ledger, made }), 0o600);
    fake.files.put(at('docker-compose.yml'), 'services: {}\n');
    const [before, ran] = [fake.files.snapshot(), running()];
    expect(await homeauth('rotate', [what])).toMatchObject({ failure: { code: 'not-ours' } });
    expect(running()).toEqual(ran);
    expect(fake.files.snapshot()).toEqual(before);
  });
});

test.each(['database', 'key'] as const)('%s: is under way until everything runs with the new one', async (what) => {
  const { run } = fake.docker;
  Object.assign(fake.docker, {
    run: async () => {
      throw new Failure({ code: 'docker-failed', problem: 'Docker makes no container.', fix: 'Try again.' });
    },
  });
  expect((await homeauth('rotate', [what])).failure?.code).toBe('docker-failed');
  Object.assign(fake.docker, { run });
  expect((await homeauth('apply')).failure?.code).toBe('rotation-unfinished');
  expect((await homeauth('rotate', [what])).code).toBe(0);
  await isWell();
});

test('no release can be installed whose SECRET_KEY makes the ids by which apps know people', () => {
  expect(eras.filter(({ line }) => isOlder(line, '2023.6'))).toEqual([]);
});

describe('mail', () => {
  beforeEach(async () => {
    const mail = 'mail: { host: mail.example.com, from: a@example.com, username: a, password-file: /root/mail }';
    fake.files.put('/root/mail', 'kettle\n', 0o600);
    await changeConfig(fake.files, (text) => `${text}${mail}\n`);
    expect((await homeauth('apply')).failure).toBeUndefined();
    fake.files.put('/root/new', 'lantern\n', 0o600);
    const { exec } = fake.docker;
    const refused = `${JSON.stringify({ step: 'login', kind: 'refused', said: '535 no' })}\n`;
    Object.assign(fake.docker, {
      exec: async (...given: Parameters<typeof exec>) =>
        given[1][0] === 'python3' ? { code: 0, stdout: refused, stderr: '' } : exec(...given),
    });
  });
  const exchanged = { mailPasswordFile: '/root/new' };

  test('what the mail server does not take is put back', async () => {
    expect((await homeauth('rotate', ['mail'], exchanged)).code).toBe(4);
    expect(await fake.files.read('/root/mail')).toBe('kettle\n');
    expect(Object.keys(fake.files.snapshot()).filter((one) => one.includes('rotation'))).toEqual([]);
  });

  test('the former one outlives a power cut, and what its owner wrote since, too', async () => {
    const whole = cutAt(fake);
    await homeauthIn(fake, whole.over)('rotate', ['mail'], exchanged);
    const written = whole.effects.findIndex((effect) => effect.includes('/root/mail')) + 1;
    for (const since of [undefined, 'orbit\n']) {
      await expect(homeauthIn(fake, cutAt(fake, written, 'after').over)('rotate', ['mail'], exchanged)).rejects.toThrow(
        PowerCut,
      );
      expect(await fake.files.read('/root/mail')).toBe('lantern\n');
      if (since) await fake.files.write('/root/mail', since, 0o600);
      expect((await homeauth('rotate', ['mail'], exchanged)).code).toBe(4);
      expect(await fake.files.read('/root/mail')).toBe(since ?? 'kettle\n');
    }
  });

  test('a refusal leaves the former one in place', async () => {
    await fake.files.write(at('container-vars.env'), 'POSTGRES_PASSWORD=a\n', 0o600);
    expect((await homeauth('rotate', ['mail'], exchanged)).failure).toBeDefined();
    expect(await fake.files.read('/root/mail')).toBe('kettle\n');
  });
});

describe('a former secret that still opens is told', () => {
  test('database', async () => {
    const { exec } = fake.docker;
    Object.assign(fake.docker, {
      exec: async (...given: Parameters<typeof exec>) =>
        given[1].some((word) => word.includes('PGPASSWORD')) ? { code: 0, stdout: '1', stderr: '' } : exec(...given),
    });
    const { code, out } = await homeauth('rotate', ['database']);
    expect(code).toBe(4);
    expect(out).toContain('The former secret still works');
  });
});

test.each(['database', 'key', 'token'] as const)('%s: goes on after a power cut', async (what) => {
  const whole = cutAt(fake);
  await homeauthIn(fake, whole.over)('rotate', [what]);
  const count = whole.effects.length;
  const points = [...new Set([1, 2, 3, 5, Math.floor(count / 2), count])].filter((n) => n <= count);
  for (const n of points) {
    await begin();
    const cut = homeauthIn(fake, cutAt(fake, n, n % 2 ? 'after' : 'before').over)('rotate', [what]);
    await expect(cut, whole.effects[n - 1]).rejects.toThrow(PowerCut);
    const isPending = (await fake.files.stat(at(`.homeauth/rotation-${what}.env`))) !== undefined;
    const applied = await homeauth('apply');
    expect({ effect: whole.effects[n - 1], code: applied.failure?.code }).toMatchObject({
      code: isPending ? 'rotation-unfinished' : undefined,
    });
    const again = await homeauth('rotate', [what]);
    expect({ n, effect: whole.effects[n - 1], failure: again.failure?.message }).toMatchObject({ failure: undefined });
    expect(again.code).toBe(0);
    // Also by who goes on: the note has the former one, until all of it runs with the new one.
    expect({ effect: whole.effects[n - 1], out: again.out }).toMatchObject({
      out: expect.stringContaining(`the former one is refused (${what})`),
    });
    await isWell();
  }
});
