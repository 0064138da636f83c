import { describe, expect, test } from 'vitest';
import { tokenKind } from '../../src/kinds/token.ts';
import { ownKey, steppingClock } from '../world/authentik/up.ts';
import { bootstrapGone, failing, sso, token } from './sso.ts';

const key = async (here: Awaited<ReturnType<typeof sso>>): Promise<string | undefined> =>
  (await here.state()).tokens.find(({ identifier }) => identifier === 'homeauth')?.key;

test('makes a service account in the group, a token that does not expire, and gives it the key on disk', async () => {
  const here = await sso();
  expect(await here.run([[token]])).toEqual(['create token:homeauth']);
  const { users, groups, tokens } = await here.state();
  const account = users.find(({ username }) => username === 'homeauth')!;
  expect(account.type).toBe('service_account');
  expect(groups.find(({ name }) => name === 'authentik Admins')?.users).toContain(account.pk);
  expect(tokens.find(({ identifier }) => identifier === 'homeauth')).toMatchObject({
    user: account.pk,
    intent: 'api',
    expiring: false,
    key: ownKey,
  });
  expect(here.changes().map((line) => line.replace('/api/v3/core/', ''))).toEqual([
    'POST users/',
    'POST tokens/',
    'POST tokens/homeauth/set_key/',
  ]);
  expect(await here.run([[token]])).toEqual([]);
});

describe('cut after any request, and run again', () => {
  const requests = ['users/', 'tokens/', 'tokens/homeauth/set_key/'];
  const cases = requests.flatMap((path) => [true, false].map((commit) => ({ path, commit })));
  test.each(cases)('$path, kept: $commit', async ({ path, commit }) => {
    let armed = true;
    const here = await sso({
      fault: ({ method, path: at }) =>
        armed && method === 'POST' && at === `/api/v3/core/${path}` ? { kind: 'drop', commit } : undefined,
    });
    // A process that dies there, and never gets to look again.
    await failing(tokenKind.apply!('homeauth', token.spec as never, here.world, undefined));
    armed = false;
    here.ledger = [{ id: 'token:homeauth' }];
    await here.run([[token]]);
    expect(await key(here)).toBe(ownKey);
    const { users, tokens } = await here.state();
    expect(users.filter(({ username }) => username === 'homeauth')).toHaveLength(1);
    expect(tokens.filter(({ identifier }) => identifier === 'homeauth')).toHaveLength(1);
    expect(await here.plan([token])).toEqual([]);
  });
});

test('a token of that name with another key, not made by homeauth, is not touched', async () => {
  const here = await sso();
  const admin = (await here.state()).users.find(({ username }) => username === 'akadmin')!;
  await here.authentik.create('core/tokens', { identifier: 'homeauth', intent: 'api', user: admin.pk });
  const before = await key(here);
  expect((await failing(here.run([[token]]))).code).toBe('not-ours');
  expect(await key(here)).toBe(before);
  await here.run([[token]], { mayTake: () => true });
  expect(await key(here)).toBe(ownKey);
});

test('a person of that name is not made a servant', async () => {
  const here = await sso();
  await here.authentik.create('core/users', { username: 'homeauth', name: 'Homer Auth', type: 'internal' });
  expect((await failing(here.run([[token]]))).code).toBe('account-taken');
});

test('an account that lost its group gets it back', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  await here.run([[token]]);
  await here.edit(({ groups, users }) => {
    const account = users.find(({ username }) => username === 'homeauth')?.pk;
    for (const group of groups) group.users = group.users.filter((pk) => pk !== account);
  });
  clock.pass(10_000);
  expect(await here.plan([token])).toEqual([
    expect.stringContaining('its owner is not in the group "authentik Admins"'),
  ]);
  await here.run([[token]]);
  expect(await here.plan([token])).toEqual([]);
});

describe('the bootstrap token', () => {
  test('goes once our own works, and not before', async () => {
    const here = await sso();
    expect((await failing(here.run([[bootstrapGone]]))).code).toBe('own-token-not-proven');
    expect((await here.state()).tokens.some(({ identifier }) => identifier === bootstrapGone.key)).toBe(true);
    await here.run([[token], [bootstrapGone]]);
    expect((await here.state()).tokens.some(({ identifier }) => identifier === bootstrapGone.key)).toBe(false);
    expect(await here.plan([token, bootstrapGone])).toEqual([]);
  });

  test('that is wanted no more is not given back', async () => {
    const here = await sso();
    await here.run([[token], [bootstrapGone]]);
    const before = here.changes().length;
    await here.run([[token]]);
    expect(here.changes()).toHaveLength(before);
  });
});
