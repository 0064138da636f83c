import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { openSession } from '../../src/world/authentik/session.ts';
import type { MemoryFiles } from '../fakes/files.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { databaseOf, objectsIn } from '../fakes/objects.ts';
import { populated } from '../fakes/populated.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let fake: FakeWorld;
let files: MemoryFiles;
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
  files = fake.files as MemoryFiles;
  homeauth = homeauthIn(fake);
}

const written = async (path: string, name: string) =>
  new RegExp(`^${name}=(.*)$`, 'm').exec((await files.read(at(path))) ?? '')?.[1];

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
  expect(Object.keys(files.snapshot()).filter((path) => path.includes('rotation'))).toEqual([]);
  const server = await fake.docker.dialAddress('authentik', 9000);
  if (!server) throw new Error('authentik does not run');
  const who = { username: 'anna', password: new Secret('kettle lantern orbit') };
  await (await openSession({ http: fake.world.http, server, authHost: 'auth.home.example.com', ...who })).leave();
}

test.each(['database', 'key', 'token'] as const)('%s: the new one works, the old one does not', async (what) => {
  const before = await secrets();
  const { code, out, failure } = await homeauth('rotate', [what], {}, fakeTerminal(undefined, { json: true }));
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
  const server = await fake.docker.dialAddress('authentik', 9000);
  const who = { username: 'anna', password: new Secret('kettle lantern orbit') };
  await openSession({ http: fake.world.http, server: server!, authHost: 'auth.home.example.com', ...who });
  expect(anna).toBeGreaterThan(0);
  const { code, out } = await homeauth('rotate', ['all'], { leaked: true });
  expect(code).toBe(0);
  expect(out).toContain('1 session was ended');
  expect(out.replace(/\s+/g, ' ')).toContain('Copies from before have the former secrets');
  const after = await secrets();
  for (const one of ['database', 'key', 'token'] as const) expect(after[one]).not.toBe(before[one]);
  await isWell();
});

test('asks first, and changes nothing without a yes', async () => {
  const before = files.snapshot();
  expect(await homeauth('rotate', ['all'], {}, fakeTerminal(['n']))).toMatchObject({ code: 3 });
  expect(files.snapshot()).toEqual(before);
});

test('mail without a mail server is refused', async () => {
  files.put('/root/new', 'secret\n', 0o600);
  expect((await homeauth('rotate', ['mail'], { mailPasswordFile: '/root/new' })).failure?.code).toBe('mail-not-set');
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
    const isPending = (await files.stat(at(`.homeauth/rotation-${what}.env`))) !== undefined;
    const applied = await homeauth('apply');
    expect({ effect: whole.effects[n - 1], code: applied.failure?.code }).toMatchObject({
      code: isPending ? 'rotation-unfinished' : undefined,
    });
    const again = await homeauth('rotate', [what]);
    expect({ n, effect: whole.effects[n - 1], failure: again.failure?.message }).toMatchObject({ failure: undefined });
    expect(again.code).toBe(0);
    await isWell();
  }
});
