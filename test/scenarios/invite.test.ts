import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, changeConfig, installed } from '../fakes/installed.ts';
import { letters, startMailServer } from '../fakes/mailbox.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import type { FakeWorld } from '../fakes/world.ts';
import { Browser } from '../standin/browser.ts';
import type { State } from '../standin/state.ts';

let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;

beforeAll(async () => {
  fake = await installed();
  homeauth = homeauthIn(fake);
  await changeConfig(fake.files, (text) => `${text}groups: [family]\n`);
  await homeauth('apply');
});
afterAll(() => fake.close());

const store = () => [...fake.docker.databases.values()].at(-1)!.store;
const state = async () => (await store().read()) as State;
const day = 86_400_000;

test('what makes no sense is refused before anything is made', async () => {
  const codes = async (mail: string | undefined, flags = {}) =>
    (await homeauth('user invite', mail === undefined ? [] : [mail], flags)).failure?.code;
  expect(await codes('dora')).toBe('flag-invalid');
  expect(await codes('dora@example.com', { expires: 'soon' })).toBe('flag-invalid');
  expect(await codes('dora@example.com', { expires: '0d' })).toBe('flag-invalid');
  expect(await codes('dora@example.com', { expires: '91d' })).toBe('flag-invalid');
  expect(await codes('HELEN@example.com')).toBe('email-taken');
  expect(await codes('dora@example.com', { group: ['famly'] })).toBe('group-unknown');
  expect(await codes('dora@example.com', { group: ['authentik Admins'] })).toBe('group-of-admins');
  expect((await state()).flows.some(({ slug }) => slug === 'homeauth-invitation')).toBe(false);
  expect((await homeauth('user invites')).out).toBe('No invitation is open.');
});

test('the first one makes the page, and homeauth.yaml says so', async () => {
  const { out, err, failure } = await homeauth('user invite', ['dora@example.com'], {
    group: ['family'],
    expires: '2d',
  });
  expect(failure).toBeUndefined();
  expect(err).toContain('homeauth-invitation');
  expect(await fake.files.read(at('homeauth.yaml'))).toMatch(/policies:\n {2}invitations: true/);
  const { invitations, flows } = await state();
  const [made] = invitations;
  expect(made).toMatchObject({
    single_use: true,
    flow: flows.find(({ slug }) => slug === 'homeauth-invitation')?.pk,
    fixed_data: { email: 'dora@example.com', homeauth_groups: ['family'] },
  });
  const left = Date.parse(made?.expires ?? '') - Date.now();
  expect(left).toBeGreaterThan(2 * day - 120_000);
  expect(left).toBeLessThanOrEqual(2 * day);
  expect(out).toContain(`https://auth.home.example.com/if/flow/homeauth-invitation/?itoken=${made?.pk}`);
  expect(out).toContain('an invitation for dora@example.com, into family');
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
});

test('the second makes nothing but itself, good for a week', async () => {
  const text = await fake.files.read(at('homeauth.yaml'));
  const { out } = await homeauth('user invite', [], {}, { json: true });
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    mailed: false,
    link: expect.stringMatching(
      /^https:\/\/auth\.home\.example\.com\/if\/flow\/homeauth-invitation\/\?itoken=[0-9a-f-]{36}$/,
    ),
    invitation: { name: expect.stringMatching(/^invitation-[a-z0-9]{6}$/), email: '', groups: [], singleUse: true },
  });
  const last = (await state()).invitations.at(-1);
  expect(Math.round((Date.parse(last?.expires ?? '') - Date.now()) / day)).toBe(7);
  expect(await fake.files.read(at('homeauth.yaml'))).toBe(text);
});

describe('with mail', () => {
  const server = 'smtp.example.com';
  const path = { of: '' };

  test('authentik mails it to the guest', async () => {
    await startMailServer(fake, server);
    const mail = `mail:\n  host: ${server}\n  port: 25\n  tls: none\n  from: auth@example.com\n`;
    await changeConfig(fake.files, (text) => `${text}${mail}`);
    expect((await homeauth('apply')).failure).toBeUndefined();
    const { out } = await homeauth('user invite', ['anna@example.com'], { group: ['family'] });
    expect(out).toContain('authentik mails it to anna@example.com');
    const [letter] = await letters(fake, server, 1);
    expect(letter?.to).toEqual(['anna@example.com']);
    const link = /https:\/\/auth\.home\.example\.com(\/if\/flow\/homeauth-invitation\/\?itoken=\S+)/.exec(
      letter?.text ?? '',
    );
    path.of = link?.[1] ?? '';
    expect(out).toContain(path.of);
  });

  test('its link makes one account, in the group, that can log in; and no second one', async () => {
    const password = 'a-Heron-of-anna';
    const answers = {
      'ak-stage-prompt': {
        username: 'anna',
        name: 'Anna',
        email: 'anna@example.com',
        password,
        password_repeat: password,
      },
    };
    const browser = () => new Browser(fake.servers.at(-1)!.url);
    const guest = browser();
    const tries = (over: object) =>
      guest.flow('auth.home.example.com', path.of, {
        'ak-stage-prompt': { ...answers['ak-stage-prompt'], ...over },
      });
    await expect(tries({ username: 'HELEN' })).rejects.toThrow('Somebody has this user name already');
    await expect(tries({ email: 'Helen@example.com' })).rejects.toThrow('Somebody has this e-mail address already');
    await expect(tries({ password: 'short', password_repeat: 'short' })).rejects.toThrow('10 characters');
    await tries({});
    await visit(fake, 'anna', password);
    const { users, groups, invitations } = await state();
    const anna = users.find(({ username }) => username === 'anna');
    expect(anna).toMatchObject({ type: 'internal', email: 'anna@example.com', is_active: true });
    expect(groups.find(({ name }) => name === 'family')?.users).toContain(anna?.pk);
    expect(invitations.some(({ fixed_data: { email } }) => email === 'anna@example.com')).toBe(false);
    await expect(browser().flow('auth.home.example.com', path.of, answers)).rejects.toThrow('ak-stage-access-denied');
    await expect(browser().flow('auth.home.example.com', '/if/flow/homeauth-invitation/', answers)).rejects.toThrow(
      'ak-stage-access-denied',
    );
  });
});

test('nobody becomes an administrator by a group that was put below theirs since', async () => {
  const { out } = await homeauth('user invite', [], { group: ['family'] }, { json: true });
  const path = JSON.parse(out).link.replace('https://auth.home.example.com', '');
  const below = (names: readonly string[]) =>
    inDatabase(fake, ({ groups }) => {
      const parents = groups.filter(({ name }) => names.includes(name)).map(({ pk }) => pk);
      groups.find(({ name }) => name === 'family')!.parents = parents;
    });
  await below(['authentik Admins']);
  const password = 'a-Heron-of-erik';
  const account = { username: 'erik', name: 'Erik', email: 'erik@example.com', password, password_repeat: password };
  await new Browser(fake.servers.at(-1)!.url).flow('auth.home.example.com', path, { 'ak-stage-prompt': account });
  await below([]);
  const { users, groups, sessions } = await state();
  const erik = users.find(({ username }) => username === 'erik')!.pk;
  expect(groups.filter((group) => group.users.includes(erik))).toEqual([]);
  // It ends at the login, and not behind it.
  expect(Object.values(sessions).filter(({ user }) => user === erik)).toEqual([]);
  await visit(fake, 'erik', password);
});

test('they are listed, and taken back by name or id', async () => {
  const { out } = await homeauth('user invites', [], {}, { json: true });
  const [first, second] = JSON.parse(out).invitations;
  expect(first).toMatchObject({ email: 'dora@example.com', groups: ['family'], expired: false });
  expect((await homeauth('user invites')).out).toContain(first.name);
  // Nobody is led to take back another one whose name is much like it.
  const wrong = await homeauth('user invites', [], { revoke: `${first.name.slice(0, -1)}_` });
  expect(wrong.failure).toMatchObject({
    code: 'invitation-unknown',
    fix: 'See the open ones: homeauth user invites',
  });
  expect((await homeauth('user invites', [], { revoke: first.name })).out).toContain('for dora@example.com is gone');
  expect((await homeauth('user invites', [], { revoke: second.id })).code).toBe(0);
  expect((await state()).invitations).toEqual([]);
});

test('switched off again, the page is gone', async () => {
  await changeConfig(fake.files, (text) => text.replace('invitations: true', 'invitations: false'));
  expect((await homeauth('apply')).failure).toBeUndefined();
  const { flows, stages, prompts, policies } = await state();
  const names = [...flows.map(({ slug }) => slug), ...[...stages, ...prompts, ...policies].map(({ name }) => name)];
  expect(names.filter((name) => name.startsWith('homeauth-invitation'))).toEqual([]);
});
