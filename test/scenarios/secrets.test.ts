import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { textOf } from '../../src/model/shown.ts';
import { searchForCanaries } from '../crash/canaries.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
beforeEach(() => {
  fake = fakeWorld();
});
afterEach(() => fake.close());
const owners = 'correctHorseBatteryStaple';
const init = () => {
  fake.files.put('/root/pw', `${owners}\n`, 0o600);
  return homeauthIn(fake)('init', [], { ...initFlags, adminPasswordFile: '/root/pw' });
};

test('no secret is ever shown, logged, put into an error or where others can read it', async () => {
  const { canaries, told, readable, found } = await searchForCanaries();
  expect(canaries).toBeGreaterThanOrEqual(7);
  expect(told).toBeGreaterThan(200);
  expect(readable).toBeGreaterThan(5);
  expect(found).toEqual([]);
});

test('a Secret is dots wherever it is printed', () => {
  const secret = new Secret('canary');
  expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret, { showHidden: true, depth: 20 })}`).not.toContain(
    'canary',
  );
});

describe('what is lost', () => {
  test('the env file while the database is there: refused, and the rest untouched', async () => {
    await init();
    const env = at('container-vars.env');
    const text = (await fake.files.read(env)) ?? '';
    await fake.files.remove(env);
    const before = fake.files.snapshot();
    const containers = [...fake.docker.boxes.values()];
    for (const command of ['apply', 'init'] as const) {
      const { failure, code } = await homeauthIn(fake)(command);
      expect(failure?.code).toBe('secret-lost');
      expect(failure?.details).toContain('docker inspect');
      expect(textOf(failure?.fix ?? '')).toMatch(/^Put them back into/);
      expect(code).toBe(2);
    }
    expect(fake.files.snapshot()).toEqual(before);
    expect([...fake.docker.boxes.values()]).toEqual(containers);
    fake.files.put(env, text, 0o600);
    expect((await homeauthIn(fake)('apply')).out).toContain('nothing was changed');
  });

  test('the token file: said, with where it may still be', async () => {
    await init();
    const text = (await fake.files.read(at('.homeauth/token.env'))) ?? '';
    await fake.files.remove(at('.homeauth/token.env'));
    const { failure } = await homeauthIn(fake)('apply');
    expect(failure?.code).toBe('token-lost');
    expect(textOf(failure?.fix ?? '')).toContain('backup');
    expect(await fake.files.stat(at('.homeauth/token.env'))).toBeUndefined();
    fake.files.put(at('.homeauth/token.env'), text, 0o600);
    expect((await homeauthIn(fake)('apply')).out).toContain('nothing was changed');
  });

  test('the token in authentik: named, with what to do', async () => {
    await init();
    const store = [...fake.docker.databases.values()][0]?.store;
    await store?.change((state) => {
      if (!state) throw new Error('there is no database');
      state.tokens = state.tokens.filter(({ identifier }) => identifier !== 'homeauth');
      return { state, result: undefined };
    });
    const before = fake.files.snapshot();
    for (const command of ['plan', 'apply'] as const) {
      const { failure } = await homeauthIn(fake)(command);
      expect(failure?.code).toBe('token-refused');
      expect(textOf(failure?.fix ?? '')).toContain('Directory > Tokens');
    }
    expect(fake.files.snapshot()).toEqual(before);
  });
});
