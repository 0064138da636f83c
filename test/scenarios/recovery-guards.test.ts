import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import { type Home, home } from '../fakes/home.ts';
import { changeConfig } from '../fakes/installed.ts';
import { letters, startMailServer } from '../fakes/mailbox.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import { Browser } from '../standin/browser.ts';
import type { Device } from '../standin/state-flows.ts';

const host = 'auth.home.example.com';
const server = 'smtp.example.com';
const executor = '/api/v3/flows/executor/homeauth-recovery/?query=';
const word = 'a quite long pass phrase';

let here: Home;

/** Helen is the administrator, Anna is not; mails go out. */
beforeEach(async () => {
  here = await home({ secondFactor: 'admins' });
  await here.fake.files.write('/srv/password', `${word}\n`, 0o600);
  const anna = { name: 'Anna', email: 'anna@example.com', passwordFile: '/srv/password' };
  expect((await here.homeauth('user add', ['anna'], anna)).failure).toBeUndefined();
  await startMailServer(here.fake, server);
  const mail = `mail:\n  host: ${server}\n  port: 25\n  tls: none\n  from: auth@example.com\n`;
  await changeConfig(here.fake.files, (yaml) => `${yaml}${mail}`);
  expect((await here.homeauth('apply')).failure).toBeUndefined();
});
afterEach(() => here.fake.close());

const person = () => new Browser(here.fake.servers.at(-1)!.url);
const pk = (name: string) => inDatabase(here.fake, ({ users }) => users.find(({ username }) => username === name)!.pk);

async function hasDevice(name: string, kind: Device['kind']): Promise<void> {
  const user = await pk(name);
  const rest = { last_used: null, failures: 0, failedAt: 0, secret: '', lastStep: 0, codes: ['abcdefghijkl'] };
  const device = { kind, user, name: kind, confirmed: true, created: 0, last_updated: 0, ...rest };
  await inDatabase(here.fake, (state) => state.devices.push({ pk: state.serial.device++, ...device }));
}

/** What the page answers to somebody who asks for a new password under this name. */
async function asks(name: string): Promise<object> {
  const browser = person();
  await browser.open(host, executor);
  const sent = await browser.open(host, executor, 'POST', { component: 'ak-stage-identification', uid_field: name });
  const { flow_info: _, pending_user: __, ...shown } = JSON.parse((await browser.open(host, executor)).text);
  return { status: sent.status, ...shown };
}

const sentTo = async (count: number) => (await letters(here.fake, server, count)).flatMap(({ to }) => to);
const printed = async (name: string): Promise<string> => {
  const { out } = await here.homeauth('user reset', [name], { print: true }, { json: true });
  return JSON.parse(out).link.replace(`https://${host}`, '');
};
const fresh = (password: string, more: Record<string, object> = {}) => ({
  'ak-stage-consent': {},
  'ak-stage-prompt': { password, password_repeat: password },
  ...more,
});

describe('whoever reads the mail of an administrator', () => {
  test('gets no link without a second factor, and the page gives nothing away', async () => {
    const [known, unknown] = [await asks('helen'), await asks('nobody')];
    expect(known).toEqual(unknown);
    await asks('anna');
    expect(await sentTo(1)).toEqual(['anna@example.com']);
    await hasDevice('helen', 'totp');
    await asks('helen');
    expect(await sentTo(2)).toEqual(['anna@example.com', 'helen@example.com']);
  });

  test('a code by mail is no second factor', async () => {
    await hasDevice('helen', 'email');
    await asks('helen');
    await asks('anna');
    expect(await sentTo(1)).toEqual(['anna@example.com']);
  });

  test('homeauth mails none either, and a link that authentik mailed opens nothing', async () => {
    const { failure } = await here.homeauth('user reset', ['helen']);
    expect([failure?.code, textOf(failure?.fix ?? '')]).toEqual([
      'admin-without-second-factor',
      expect.stringContaining('--print'),
    ]);
    await hasDevice('helen', 'totp');
    expect((await here.homeauth('user reset', ['helen'])).failure).toBeUndefined();
    const link = /https:\/\/auth\.home\.example\.com(\/if\/flow\/\S+)/.exec(
      (await letters(here.fake, server, 1))[0]!.text,
    );
    await inDatabase(here.fake, (state) => {
      state.devices = [];
    });
    await expect(person().flow(host, link?.[1] ?? '', fresh('taken-Heron-over'))).rejects.toThrow('access-denied');
  });

  test('a link that is handed over sets a password, and the login asks for what it always asks', async () => {
    const browser = person();
    expect(await browser.flow(host, await printed('helen'), fresh('handed-Heron-over'))).toBe('/');
    const user = await pk('helen');
    const sessions = await inDatabase(here.fake, (state) => Object.values(state.sessions));
    expect(sessions.filter((one) => one.user === user)).toEqual([]);
    await expect(visit(here.fake, 'helen', 'handed-Heron-over')).rejects.toMatchObject({ code: 'second-factor-asked' });
  });

  test('with the policy off, mails go out as authentik sends them', async () => {
    await changeConfig(here.fake.files, (yaml) => yaml.replace('second-factor: admins', 'second-factor: off'));
    expect((await here.homeauth('apply')).failure).toBeUndefined();
    expect((await here.homeauth('plan')).out).toMatch(/^Nothing to change/);
    await asks('helen');
    expect(await sentTo(1)).toEqual(['helen@example.com']);
  });
});

describe('a new password wants the second factor that somebody has', () => {
  test.each(['totp', 'static', 'webauthn', 'duo', 'sms', 'email'] as const)('%s', async (kind) => {
    await hasDevice('anna', kind);
    const work = person().flow(host, await printed('anna'), fresh('eleventh-Heron'));
    await expect(work).rejects.toThrow('ak-stage-authenticator-validate');
  });

  test('one of a sort that is not asked for keeps them out', async () => {
    await hasDevice('anna', 'sms');
    await inDatabase(here.fake, ({ stages }) => {
      stages.find(({ name }) => name === 'homeauth-recovery-second-factor')!.config['device_classes'] = ['totp'];
    });
    const work = person().flow(host, await printed('anna'), fresh('twelfth-Heron'));
    await expect(work).rejects.toThrow('ak-stage-access-denied');
  });

  test('whoever has none goes on, and nobody gets to the form without a link', async () => {
    await person().flow(host, await printed('anna'), fresh('thirteenth-Heron'));
    await visit(here.fake, 'anna', 'thirteenth-Heron');
    await inDatabase(here.fake, (state) => {
      const mail = state.stages.find(({ name }) => name === 'homeauth-recovery-email')!.pk;
      state.stageBindings = state.stageBindings.filter(({ stage }) => stage !== mail);
    });
    const stranger = { 'ak-stage-identification': { uid_field: 'anna' } };
    const work = person().flow(host, '/if/flow/homeauth-recovery/', fresh('fourteenth-Heron', stranger));
    await expect(work).rejects.toThrow('ak-stage-access-denied');
  });
});
