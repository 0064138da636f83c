import { describe, expect, test } from 'vitest';
import { type Failure, Uncertain } from '../../../src/model/failure.ts';
import { Secret } from '../../../src/model/secret.ts';
import type { Tokens } from '../../../src/world/authentik/retry-client.ts';
import type { Fault } from '../../standin/index.ts';
import { bootstrapToken, ownKey, steppingClock, up } from './up.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const groups = '/api/v3/core/groups/';
const groupFault =
  (fault: Fault, times = 1) =>
  ({ method, path, nth }: { method: string; path: string; nth: number }): Fault | undefined =>
    method === 'POST' && path === groups && nth <= times ? fault : undefined;

const failureOf = (work: Promise<unknown>): Promise<Failure> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: Failure) => error,
  );

describe('a change whose outcome is not known', () => {
  test.each([
    ['lost after it was kept', { kind: 'drop', commit: true }, true],
    ['lost before', { kind: 'drop', commit: false }, false],
    ['a crash, in its disguise as an empty 405', { kind: 'crash', commit: false }, false],
    ['a crash after it was kept', { kind: 'crash', commit: true }, true],
    ['a recycled worker', { kind: 'recycled', commit: true }, true],
    ['an answer cut short', { kind: 'truncate' }, true],
    ['no answer in time', { kind: 'delay', ms: 5000 }, undefined],
  ] as const)('is sent once, and told: %s', async (_what, fault, kept) => {
    const here = await up({ timeout: 100, fault: groupFault({ ...fault }) });
    const failure = await failureOf(here.authentik.create('core/groups', { name: 'family' }));
    expect(failure).toBeInstanceOf(Uncertain);
    expect(failure.problem).toMatch(/^authentik did not confirm POST core\/groups of "family": /);
    expect(here.changes()).toEqual([`POST ${groups}`]);
    if (kept !== undefined) {
      expect((await here.authentik.list('core/groups')).some(({ name }) => name === 'family')).toBe(kept);
    }
  });

  test('also when the repeated create meets its own first try', async () => {
    const here = await up();
    await here.authentik.create('core/groups', { name: 'family' });
    const failure = await failureOf(here.authentik.create('core/groups', { name: 'family' }));
    expect(failure).toBeInstanceOf(Uncertain);
    expect(failure.problem).toContain('Group with this name already exists.');
  });

  test('also when what it was about is gone', async () => {
    const here = await up();
    const { pk } = await here.authentik.create('core/groups', { name: 'family' });
    await here.authentik.remove('core/groups', pk);
    expect(await failureOf(here.authentik.update('core/groups', pk, { name: 'kin' }))).toBeInstanceOf(Uncertain);
  });
});

describe('a change', () => {
  test.each([
    [429, undefined, 250],
    [503, 3, 3000],
  ] as const)('is repeated after %d: it was not carried out', async (status, retryAfter, pause) => {
    const clock = steppingClock();
    const fault: Fault = { kind: 'status', status, ...(retryAfter && { retryAfter }) };
    const here = await up({ clock, fault: groupFault(fault) });
    await here.authentik.create('core/groups', { name: 'family' });
    expect(here.changes()).toHaveLength(2);
    expect(clock.slept.at(-1)).toBe(pause);
  });

  test('of something that is gone is fine when it is its removal', async () => {
    const here = await up();
    await here.authentik.remove('core/tokens', 'nobody');
    expect(here.changes()).toEqual(['DELETE /api/v3/core/tokens/nobody/']);
  });

  test('that authentik does not accept is told field by field', async () => {
    const here = await up();
    const failure = await failureOf(here.authentik.create('core/users', { username: 'helen', name: 'H', email: 'no' }));
    expect(failure).not.toBeInstanceOf(Uncertain);
    expect(failure).toMatchObject({
      code: 'authentik-rejects',
      why: 'authentik says: email: Enter a valid email address.',
    });
  });

  test('that the token may not make names the right that is missing', async () => {
    const clock = steppingClock();
    const tokens: Writable<Tokens> = { own: new Secret(ownKey), bootstrap: new Secret(bootstrapToken) };
    const here = await up({ tokens, clock });
    delete tokens.bootstrap;
    clock.pass(10_000);
    await here.edit((state) => {
      const plain = { ...state.users[0]!, pk: 900, uuid: '900', username: 'plain', type: 'service_account' };
      state.users.push(plain);
      state.tokens.push({
        pk: 'x',
        managed: null,
        identifier: 'homeauth',
        intent: 'api',
        user: plain.pk,
        description: '',
        expires: null,
        expiring: false,
        key: ownKey,
      });
    });
    const failure = await failureOf(here.authentik.create('core/groups', { name: 'family' }));
    expect(failure.code).toBe('token-without-rights');
    expect(await here.authentik.reach()).toMatchObject({ is: 'refused', failure: { code: 'token-without-rights' } });
  });

  test('is sent to an address that ends with a slash', async () => {
    const here = await up();
    await here.authentik.create('core/groups', { name: 'family' });
    await here.authentik.call('PATCH', 'admin/settings', { avatars: 'initials' }, []);
    expect(here.server.requests.every(({ path }) => path.replace(/\?.*/, '').endsWith('/'))).toBe(true);
  });
});

describe('secrets', () => {
  test('are revealed on the wire and never in words', async () => {
    const here = await up();
    const user = (await here.authentik.list('core/users'))[0]!;
    const password = new Secret('pa"ss-word');
    await here.authentik.call('POST', `core/users/${user.pk}/set_password`, { password }, []);
    const failure = await failureOf(
      here.authentik.call('PATCH', `core/users/${user.pk}`, { email: new Secret('not an "address"') }, []),
    );
    const text = JSON.stringify({ ...failure, message: failure.message, stack: failure.stack });
    for (const secret of ['not an', ownKey, bootstrapToken]) expect(text).not.toContain(secret);
  });

  test('that authentik repeats are dotted out', async () => {
    const here = await up();
    const choice = new Secret('zzzsecretzzz');
    const failure = await failureOf(
      here.authentik.call('POST', 'core/tokens', { identifier: 'x', intent: choice }, []),
    );
    expect(failure.why).toBe('authentik says: intent: Invalid intent ••••••••');
  });
});
