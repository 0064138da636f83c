import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { changeConfig, installed } from '../fakes/installed.ts';
import { letters, startMailServer } from '../fakes/mailbox.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import type { FakeWorld } from '../fakes/world.ts';
import { Browser } from '../standin/browser.ts';

const host = 'auth.home.example.com';
const server = 'smtp.example.com';

let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;

beforeAll(async () => {
  fake = await installed();
  homeauth = homeauthIn(fake);
  const bob = { email: 'bob@example.com', passwordFile: '/etc/bob' };
  await fake.files.write('/etc/bob', 'first-Heron-of-bob\n', 0o600);
  expect((await homeauth('user add', ['bob'], { ...bob, name: 'Bob' })).failure).toBeUndefined();
});
afterAll(() => fake.close());

const usedUp = 'This link was used already, or is too old. Ask for a new one.';

const person = () => new Browser(fake.servers.at(-1)!.url);
const pathOf = (link: string) => link.replace(`https://${host}`, '');

const letter = async (count: number) => (await letters(fake, server, count)).at(count - 1)!;

const linkIn = ({ text }: { text: string }) =>
  /https:\/\/auth\.home\.example\.com\/if\/flow\/\S+/.exec(text)?.[0] ?? '';

const fresh = (password: string, more: Record<string, object> = {}) => ({
  'ak-stage-consent': {},
  'ak-stage-prompt': { password, password_repeat: password },
  ...more,
});

/** What the page shows that somebody gets who asks for a new password under this name. */
async function asks(name: string): Promise<object> {
  const browser = person();
  const executor = '/api/v3/flows/executor/homeauth-recovery/?query=';
  await browser.open(host, executor);
  const sent = await browser.open(host, executor, 'POST', { component: 'ak-stage-identification', uid_field: name });
  const { flow_info: _, ...shown } = JSON.parse((await browser.open(host, executor)).text);
  return { status: sent.status, ...shown };
}

describe('before mail is set', () => {
  test('a link is neither mailed nor printed, and it says what to write', async () => {
    const mailed = await homeauth('user reset', ['bob']);
    expect(mailed.failure).toMatchObject({ code: 'mail-not-set' });
    const printed = await homeauth('user reset', ['bob'], { print: true });
    expect(printed.failure).toMatchObject({ code: 'recovery-off', fix: expect.stringContaining('policies.recovery') });
    expect((await homeauth('user reset', ['bop'])).failure).toMatchObject({
      code: 'user-unknown',
      fix: 'Did you mean: bob',
    });
  });
});

describe('with mail', () => {
  beforeAll(async () => {
    await startMailServer(fake, server);
    const mail = `mail:\n  host: ${server}\n  port: 25\n  tls: none\n  from: Home <auth@example.com>\n`;
    await changeConfig(fake.files, (yaml) => `${yaml}${mail}`);
    expect((await homeauth('apply')).failure).toBeUndefined();
  });

  test('the login page leads to it, and its link to a login with the new password, once', async () => {
    const login = JSON.parse(
      (await person().open(host, '/api/v3/flows/executor/default-authentication-flow/?query=')).text,
    );
    expect(login.recovery_url).toContain('/if/flow/homeauth-recovery/');
    expect(await asks('bob')).toMatchObject({ component: 'ak-stage-email' });
    const mail = await letter(1);
    expect(mail).toMatchObject({ from: 'auth@example.com', to: ['bob@example.com'] });
    const link = linkIn(mail);
    await person().flow(host, pathOf(link), fresh('second-Heron-of-bob'));
    await expect(visit(fake, 'bob', 'first-Heron-of-bob')).rejects.toMatchObject({ code: 'wrong-password' });
    await visit(fake, 'bob', 'second-Heron-of-bob');
    await expect(person().flow(host, pathOf(link), fresh('third-Heron'))).rejects.toThrow(usedUp);
    await visit(fake, 'bob', 'second-Heron-of-bob');
  });

  test('an unknown name, and a known one, are answered alike', async () => {
    const before = (await letters(fake, server)).length;
    expect(await asks('nobody')).toEqual(await asks('helen'));
    expect(await asks('nobody@example.com')).toEqual(await asks('helen@example.com'));
    await letter(before + 2);
    const to = (await letters(fake, server)).slice(before).flatMap((mail) => mail.to);
    expect(to).toEqual(['helen@example.com', 'helen@example.com']);
  });

  test('user reset mails a link, or prints one with the public host', async () => {
    const before = (await letters(fake, server)).length;
    const { out, failure } = await homeauth('user reset', ['bob']);
    expect(failure).toBeUndefined();
    expect(out).toContain('authentik mails a link to bob@example.com');
    expect(out).toContain('There is one link for each person');
    expect(linkIn(await letter(before + 1))).toMatch(
      /^https:\/\/auth\.home\.example\.com\/if\/flow\/homeauth-recovery\/\?flow_token=/,
    );
    const printed = await homeauth('user reset', ['bob'], { print: true }, { json: true });
    const { link } = JSON.parse(printed.out);
    expect(link).toMatch(/^https:\/\/auth\.home\.example\.com\/if\/flow\/homeauth-recovery\/\?flow_token=/);
    const browser = person();
    await expect(browser.flow(host, pathOf(link), fresh('short'))).rejects.toThrow('10 characters');
    await browser.flow(host, pathOf(link), fresh('fourth-Heron-of-bob'));
    await visit(fake, 'bob', 'fourth-Heron-of-bob');
    expect((await letters(fake, server)).length).toBe(before + 1);
  });

  test('a link of one person opens no other account', async () => {
    const { out } = await homeauth('user reset', ['bob'], { print: true }, { json: true });
    const browser = person();
    const path = pathOf(JSON.parse(out).link);
    const executor = `/api/v3/flows/executor/homeauth-recovery/?query=${encodeURIComponent(path.split('?')[1] ?? '')}`;
    await browser.open(host, executor);
    await browser.open(host, executor, 'POST', { component: 'ak-stage-identification', uid_field: 'helen' });
    await browser.flow(host, path, fresh('fifth-Heron-of-bob')).catch(() => undefined);
    await expect(visit(fake, 'helen', 'fifth-Heron-of-bob')).rejects.toMatchObject({ code: 'wrong-password' });
  });

  test('a link that has run out opens nothing', async () => {
    const { out } = await homeauth('user reset', ['bob'], { print: true }, { json: true });
    await inDatabase(fake, (state) => {
      for (const token of state.flowTokens) token.expires = fake.clock.now() - 1000;
    });
    const work = person().flow(host, pathOf(JSON.parse(out).link), fresh('sixth-Heron'));
    await expect(work).rejects.toThrow(usedUp);
  });

  test('whoever has a second factor needs it for the new password', async () => {
    await inDatabase(fake, (state) => {
      const user = state.users.find(({ username }) => username === 'bob')!.pk;
      const common = { kind: 'static' as const, user, name: 'static', confirmed: true, created: 0, last_updated: 0 };
      const rest = { last_used: null, failures: 0, failedAt: 0, secret: '', lastStep: 0, codes: ['abcdefghijkl'] };
      state.devices.push({ pk: state.serial.device++, ...common, ...rest });
    });
    const link = async () =>
      pathOf(JSON.parse((await homeauth('user reset', ['bob'], { print: true }, { json: true })).out).link);
    const first = await link();
    await expect(person().flow(host, first, fresh('seventh-Heron'))).rejects.toThrow('ak-stage-authenticator-validate');
    const code = { 'ak-stage-authenticator-validate': { code: 'abcdefghijkl' } };
    await person().flow(host, await link(), fresh('eighth-Heron-of-bob', code));
    await inDatabase(fake, (state) => {
      state.devices = [];
    });
    await visit(fake, 'bob', 'eighth-Heron-of-bob');
  });

  test('a disabled account gets none, and a person without an address is told of', async () => {
    const active = (is: boolean) =>
      inDatabase(fake, (state) => {
        state.users.find(({ username }) => username === 'bob')!.is_active = is;
      });
    await active(false);
    expect((await homeauth('user reset', ['bob'])).failure).toMatchObject({ code: 'user-disabled' });
    await active(true);
    await inDatabase(fake, (state) => {
      state.users.find(({ username }) => username === 'bob')!.email = '';
    });
    const { failure } = await homeauth('user reset', ['bob']);
    expect(failure).toMatchObject({ code: 'email-missing', fix: expect.stringContaining('--print') });
  });
});
