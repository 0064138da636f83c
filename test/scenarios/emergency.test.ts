import { afterEach, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, changeConfig, installed } from '../fakes/installed.ts';
import { letters, startMailServer } from '../fakes/mailbox.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import type { FakeWorld } from '../fakes/world.ts';
import { Browser } from '../standin/browser.ts';
import type { User } from '../standin/state.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const host = 'auth.home.example.com';
const server = 'smtp.example.com';
const homeauth = (...args: Parameters<ReturnType<typeof homeauthIn>>) => homeauthIn(fake)(...args);

async function withMail(): Promise<void> {
  await startMailServer(fake, server);
  const mail = `mail:\n  host: ${server}\n  port: 25\n  tls: none\n  from: auth@example.com\n`;
  await changeConfig(fake.files, (yaml) => `${yaml}${mail}`);
  expect((await homeauth('apply')).failure).toBeUndefined();
}

const account = (change: Partial<User> = {}, name = 'akadmin') =>
  inDatabase(fake, ({ users }) => Object.assign(users.find(({ username }) => username === name)!, change));

/** An installation of a homeauth before this one: bootstrap has made the account, and nobody looked after it. */
async function before(): Promise<void> {
  fake = await installed();
  await account({ email: 'akadmin@home.example.com', is_active: true });
  const ledger = at('.homeauth/ledger.json');
  const text = JSON.parse((await fake.files.read(ledger)) ?? '');
  text.made = text.made.filter(({ id }: { id: string }) => !id.startsWith('emergency:'));
  await fake.files.write(ledger, JSON.stringify(text), 0o600);
}

/** Somebody who reads all mail of the domain asks for a new password. */
async function takes(name: string): Promise<void> {
  const browser = new Browser(fake.servers.at(-1)!.url);
  const executor = '/api/v3/flows/executor/homeauth-recovery/?query=';
  await browser.open(host, executor);
  await browser.open(host, executor, 'POST', { component: 'ak-stage-identification', uid_field: name });
  await browser.open(host, executor);
  const mails = await letters(fake, server, 1);
  const link = /https:\/\/auth\.home\.example\.com(\/if\/flow\/\S+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
  const password = 'taken-Heron-over';
  await browser.flow(host, link, {
    'ak-stage-consent': {},
    'ak-stage-prompt': { password, password_repeat: password },
  });
  await visit(fake, name, password);
}

test('no mail leads to the emergency account', async () => {
  fake = await installed();
  expect(await account()).toMatchObject({ email: '', is_active: false });
  await withMail();
  await expect(takes('akadmin')).rejects.toThrow();
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
});

test('one of an installation that is older is put to sleep, and that is said first', async () => {
  await before();
  await withMail();
  expect(await account()).toMatchObject({ email: '', is_active: false });
});

test('plan and doctor say what is wrong with it', async () => {
  await before();
  const { out } = await homeauth('plan');
  expect(out).toContain('~ emergency:akadmin');
  expect(out).toContain('its address is akadmin@home.example.com');
  expect((await homeauth('doctor')).out).toContain('emergency-differs');
});

test.each([
  ['somebody has logged in with it', { last_login: '2026-01-01T00:00:00Z' }, {}],
  ['the owner has never been in', {}, { last_login: null, attributes: {} }],
])('it is left, and told, where %s', async (_what, theirs, owners) => {
  await before();
  await account(theirs);
  await account(owners, 'helen');
  await fake.files.remove(at('.homeauth/admin-password'));
  expect((await homeauth('plan')).out).toContain('1 for you to do');
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(await account()).toMatchObject({ email: 'akadmin@home.example.com', is_active: true });
  expect((await homeauth('doctor')).out).toContain('emergency-differs');
});

test('with an address of its owner it is a person like any other', async () => {
  await before();
  await account({ email: 'me@example.org' });
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
});

test('rescue wakes it, says so, and apply puts it to sleep again', async () => {
  fake = await installed();
  const { err, out, failure } = await homeauth('rescue', ['akadmin'], { link: true }, ['y']);
  expect(failure).toBeUndefined();
  expect(err).toContain('akadmin is disabled, and is enabled again.');
  expect(out).toContain('homeauth apply');
  expect(await account()).toMatchObject({ email: '', is_active: true });
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(await account()).toMatchObject({ is_active: false });
});
