import { afterAll, beforeAll, expect, test } from 'vitest';
import { signsIn } from '../fakes/apps.ts';
import { homeauthIn, plain } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
let miniflux: ReturnType<typeof signsIn>;

beforeAll(async () => {
  fake = await installed(['whoami']);
  const flags = { upstream: 'whoami:80', login: 'oidc' };
  expect((await homeauthIn(fake)('add-app', ['miniflux'], flags)).failure).toBeUndefined();
  miniflux = signsIn(fake, 'miniflux', {
    start: '/oauth2/oidc/redirect',
    callback: '/oauth2/oidc/callback',
    home: '/unread',
  });
  // The one that homeauth made for them.
  const made = (await fake.files.read(at('.homeauth/admin-password'))) ?? '';
  fake.files.put('/root/pw', `${made.trim()}\n`, 0o600);
  fake.files.put('/root/wrong', 'kettle\n', 0o600);
});
afterAll(() => fake.close());

const asOwner = (flags: object, keys?: readonly string[], name?: string) =>
  homeauthIn(fake)('verify', [name], { asOwner: true, ...flags }, keys);

test('the owner gets all the way in, and the app has an account of theirs', async () => {
  const { failure, code, out } = await asOwner({ adminPasswordFile: '/root/pw' }, undefined, 'miniflux');
  expect(failure).toBeUndefined();
  expect(plain(out)).toContain('helen gets into miniflux 200 /unread "Unread (0)"');
  expect(code).toBe(0);
  expect(miniflux.accounts).toEqual(['helen']);
  expect(out).not.toContain('whoami');
  expect(plain(out)).toContain('helen is an administrator of miniflux 200 /users');
});

test('where the app tells that they are no administrator, that is said, and nothing is wrong', async () => {
  miniflux.onlyAdministrators.status = 403;
  const { code, out } = await asOwner({ adminPasswordFile: '/root/pw' }, undefined, 'miniflux');
  miniflux.onlyAdministrators.status = 200;
  expect(code).toBe(0);
  expect(plain(out)).toContain('helen gets into miniflux, and is no administrator there 403 /users');
});

test('an app that sends them back is told, with what it showed', async () => {
  miniflux.refusesAll = true;
  const { code, out } = await asOwner({ adminPasswordFile: '/root/pw' }, undefined, 'miniflux');
  miniflux.refusesAll = false;
  expect(code).toBe(4);
  expect(plain(out)).toContain('miniflux sends helen back to its own login, although authentik let them in');
  expect(plain(out)).toContain('It showed: 200 /login "Sign in"');
});

test('an app that is a script shows its login behind a #', async () => {
  Object.assign(miniflux, { refusesAll: true, refusal: '/#/login' });
  const { code, out } = await asOwner({ adminPasswordFile: '/root/pw' }, undefined, 'miniflux');
  Object.assign(miniflux, { refusesAll: false, refusal: '/login' });
  expect(code).toBe(4);
  expect(plain(out)).toContain('miniflux sends helen back to its own login, although authentik let them in');
});

test('what the app gives to everybody does not make an administrator', async () => {
  miniflux.isOpen = true;
  const { code, out } = await asOwner({ adminPasswordFile: '/root/pw' }, undefined, 'miniflux');
  miniflux.isOpen = false;
  expect(code).toBe(0);
  expect(plain(out)).toContain('miniflux does not say it: 200 /users, also without a login.');
  expect(plain(out)).not.toContain('helen is an administrator of miniflux 200');
});

test('without a password, or a name, nobody is logged in', async () => {
  await fake.files.remove(at('.homeauth/admin-password'));
  expect((await asOwner({}, undefined, 'miniflux')).failure).toMatchObject({ code: 'answer-missing' });
  expect((await asOwner({ adminPasswordFile: '/root/pw' })).failure).toMatchObject({ code: 'answer-missing' });
  const wrong = await asOwner({ adminPasswordFile: '/root/wrong' }, undefined, 'miniflux');
  expect(wrong.code).toBe(4);
  expect(plain(wrong.out)).toContain('password');
});

test('a mistyped password is asked for again, and Enter stops', async () => {
  const right = ((await fake.files.read('/root/pw')) ?? '').trim();
  const retried = await asOwner({}, ['kettle', right], 'miniflux');
  expect(retried.failure).toBeUndefined();
  expect(retried.err).toContain('This is not the password of helen.\n? Password of helen');
  expect(plain(retried.out)).toContain('helen gets into miniflux 200 /unread');
  expect((await asOwner({}, ['kettle', ''], 'miniflux')).failure).toMatchObject({ code: 'answer-missing' });
});
