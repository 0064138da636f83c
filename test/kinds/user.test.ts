import { describe, expect, test } from 'vitest';
import { userKind } from '../../src/kinds/user.ts';
import type { Resource } from '../../src/model/resource.ts';
import { Secret } from '../../src/model/secret.ts';
import type { UserSpec } from '../../src/model/sso.ts';
import { checkPassword } from '../standin/secrets.ts';
import { wordsOf } from '../words.ts';
import { steppingClock } from '../world/authentik/up.ts';
import { failing, type Sso, sso } from './sso.ts';

const chosen = new Secret('correct horse battery');
const base = { name: 'Helen', email: 'helen@example.com', groups: ['authentik Admins'] };
const helen = (more = {}): Resource => ({ kind: 'user', key: 'helen', spec: { ...base, ...more } });
const withPassword = helen({ firstPassword: chosen });

const row = async (here: Sso) => (await here.state()).users.find(({ username }) => username === 'helen')!;
const opens = async (here: Sso, password: string) => checkPassword(password, (await row(here)).password);
const setPassword = /\/set_password\/$/;

test('is made with e-mail and groups, gets the first password once, and is right afterwards', async () => {
  const here = await sso();
  expect(await here.run([[withPassword]])).toEqual(['create user:helen']);
  expect(await opens(here, chosen.reveal())).toBe(true);
  expect(await row(here)).toMatchObject({
    email: base.email,
    type: 'internal',
    attributes: { homeauth: { firstPassword: 'set' } },
  });
  expect(await here.plan([withPassword])).toEqual([]);
  expect(await here.plan([helen()])).toEqual([]);
});

test('a password that the person changed is never overwritten', async () => {
  const here = await sso();
  await here.run([[withPassword]]);
  await here.authentik.call('POST', `core/users/${(await row(here)).pk}/set_password`, { password: 'her own' }, []);
  await here.run([[helen({ name: 'Helen B', firstPassword: chosen })]]);
  expect(await opens(here, 'her own')).toBe(true);
});

describe('cut between account, password and note, and run again', () => {
  const points = [
    { at: 'account', point: /\/core\/users\/$/ },
    { at: 'password', point: setPassword },
    { at: 'note', point: /\/core\/users\/\d+\/$/ },
  ];
  test.each(points.flatMap((one) => [true, false].map((commit) => ({ ...one, commit }))))(
    '$at, kept: $commit',
    async ({ point, commit }) => {
      let armed = true;
      const here = await sso({
        fault: ({ method, path }) =>
          armed && method !== 'GET' && point.test(path) ? { kind: 'drop', commit } : undefined,
      });
      await failing(userKind.apply!('helen', withPassword.spec as never, here.world, undefined));
      armed = false;
      here.ledger = [{ id: 'user:helen' }];
      await here.run([[withPassword]]);
      expect(await opens(here, chosen.reveal())).toBe(true);
      expect(await here.plan([withPassword])).toEqual([]);
      expect((await here.state()).users.filter(({ username }) => username === 'helen')).toHaveLength(1);
    },
  );

  test('the engine gets there by itself when answers are lost', async () => {
    const here = await sso({
      fault: ({ method, nth }) => (method !== 'GET' && nth === 1 ? { kind: 'drop', commit: true } : undefined),
    });
    await here.run([[withPassword]]);
    expect(await opens(here, chosen.reveal())).toBe(true);
  });
});

describe('somebody who is there already', () => {
  test('and was not made by homeauth is never given a password', async () => {
    const here = await sso();
    await here.authentik.create('core/users', { username: 'helen', ...base, groups: [] });
    const failure = await failing(here.run([[withPassword]]));
    expect(failure.code).toBe('not-ours');
    expect(failure.fix).toContain('--admin');
    expect((await failing(here.run([[withPassword]], { mayTake: () => true }))).code).toBe('user-not-ours');
    expect(here.changes().filter((line) => setPassword.test(line))).toEqual([]);
  });

  test('keeps attributes and groups that are not ours', async () => {
    const here = await sso();
    await here.run([[withPassword]]);
    await here.authentik.create('core/groups', { name: 'family', users: [(await row(here)).pk] });
    await here.edit(({ users }) => {
      Object.assign(users.find(({ username }) => username === 'helen')!.attributes, { locale: 'de' });
    });
    await here.run([[helen({ email: 'new@example.com' })]]);
    expect((await row(here)).attributes).toMatchObject({ locale: 'de' });
    expect((await here.state()).groups.find(({ name }) => name === 'family')?.users).toContain((await row(here)).pk);
  });

  test('keeps attributes that come in while the first password is set', async () => {
    const here = await sso({
      fault: ({ path }) => {
        if (setPassword.test(path))
          void here.edit(({ users }) => {
            Object.assign(users.find(({ username }) => username === 'helen')!.attributes, { locale: 'de' });
          });
        return undefined;
      },
    });
    await here.run([[withPassword]]);
    expect((await row(here)).attributes).toEqual({ locale: 'de', homeauth: { firstPassword: 'set' } });
  });

  test('differs in capitals only: named, and nothing is made', async () => {
    const here = await sso();
    await here.authentik.create('core/users', { username: 'Helen', name: 'H' });
    const failure = await failing(here.plan([helen()]));
    expect(failure).toMatchObject({
      code: 'user-name-taken',
      fix: 'Write the user name as "Helen", or choose another.',
    });
  });

  test('has the e-mail address: named, and nothing is made', async () => {
    const here = await sso();
    await here.authentik.create('core/users', { username: 'bob', name: 'Bob', email: 'HELEN@example.com' });
    expect((await failing(here.plan([helen()]))).problem).toBe(
      'The e-mail address helen@example.com belongs to the user "bob" in authentik.',
    );
  });

  test('lost a group and gets it back, and no other change', async () => {
    const clock = steppingClock();
    const here = await sso({ clock });
    await here.run([[withPassword]]);
    const { pk } = await row(here);
    await here.edit(({ groups }) => {
      for (const group of groups) group.users = group.users.filter((one) => one !== pk);
    });
    clock.pass(10_000);
    expect(await here.plan([helen()])).toEqual(['update user:helen: not in the group "authentik Admins"']);
    const before = here.changes().length;
    await here.run([[helen()]]);
    expect(here.changes().slice(before)).toEqual([expect.stringMatching(/add_user\/$/)]);
  });
});

test('no difference says a secret', () => {
  const words = wordsOf(userKind)(withPassword.spec as UserSpec, {
    name: 'x',
    email: 'y',
    groups: [],
    passwordSet: false,
  });
  expect(words.join()).not.toContain(chosen.reveal());
  expect(words).toHaveLength(4);
});
