import { afterEach, describe, expect, test } from 'vitest';
import { type Home, home } from '../fakes/home.ts';
import { type Phone, phone } from '../fakes/phone.ts';
import { fakeTerminal, type Keys } from '../fakes/terminal.ts';

let here: Home;
afterEach(() => here.fake.close());

const enrol = (keys: readonly Keys[], flags = {}) => here.homeauth('user enroll-2fa', ['helen'], flags, keys);
const what = async () => (await here.homeauth('user enroll-2fa', ['helen'], { dryRun: true })).out;
/** The recovery codes that stand on a screen. */
const codesIn = (text: string): string[] => text.match(/\b[A-Za-z0-9]{12}\b/g) ?? [];
const typedWith = (code: string) => `${code.slice(0, 3)} ${code.slice(3)} `;

async function enrolled(): Promise<{ app: Phone; codes: string[] }> {
  const app = phone(here.now);
  const { failure, err } = await enrol([here.password, app.scan, 'y']);
  expect(failure).toBeUndefined();
  here.pass(30_000);
  return { app, codes: codesIn(err.slice(err.indexOf('Recovery codes'))) };
}

describe('an app and recovery codes from the terminal', () => {
  test('scanned, typed with a space in it, confirmed', async () => {
    here = await home();
    const app = phone(here.now);
    const ran = await enrol([here.password, (shown) => typedWith(app.scan(shown)), 'n', 'y']);
    expect(ran.failure).toBeUndefined();
    expect(ran.code).toBe(0);
    expect(app.uri).toMatch(/^otpauth:\/\/totp\/home\.example\.com:helen\?secret=[A-Z2-7]{32}$/);
    expect(ran.err).toContain(app.uri);
    expect(ran.err).toContain(`Secret ${app.uri.slice(-32)}`);
    expect(ran.err).toContain('The code just used cannot log in: wait for the next one, at most 30 s.');
    expect(codesIn(ran.err.slice(ran.err.indexOf('Recovery codes')))).toHaveLength(6);
    expect(ran.err).toContain('Nobody can show them again. Take your time.');
    expect(ran.out).toBe('helen has a second factor: an authenticator app and recovery codes.');
    expect(await what()).toContain('helen has an authenticator app and recovery codes already.');
  });

  test('leave nobody logged in, also when somebody goes away in the middle', async () => {
    here = await home();
    const shown = async () => (await here.homeauth('user show', ['helen'])).out;
    expect((await enrol([here.password])).failure).toBeDefined();
    expect(await shown()).toMatch(/Logged in +nowhere/);
    await enrolled();
    expect(await shown()).toMatch(/Logged in +nowhere/);
  });

  test('are what the next login asks for', async () => {
    here = await home();
    expect(await here.behindPassword('helen', here.password)).toBeUndefined();
    await enrolled();
    const met = await here.behindPassword('helen', here.password);
    expect(met?.device_challenges?.map(({ device_class }) => device_class)).toEqual(['static', 'totp']);
  });

  test('a wrong code: says how long the right one is refused, twice as long each time, and waits it out', async () => {
    here = await home();
    const app = phone(here.now);
    const wrong = (shown: readonly string[]) => (app.scan(shown) === '000000' ? '000001' : '000000');
    const before = here.now();
    const { failure, err } = await enrol([here.password, 'abc', wrong, wrong, app.code, 'y']);
    expect(failure).toBeUndefined();
    expect(err).toContain('> 6 digits, please');
    const told = [...err.replaceAll(/\s+/g, ' ').matchAll(/even the right one, now for (\d+) s/g)];
    expect(told.map(([, seconds]) => seconds)).toEqual(['1', '2']);
    expect(here.now() - before).toBeGreaterThanOrEqual(3000);
    expect(err.split(app.uri)).toHaveLength(2);
    expect(await what()).toContain('already');
  });

  test('going away before the recovery codes are stored: the next run goes on from there', async () => {
    here = await home();
    const app = phone(here.now);
    const first = await enrol([here.password, app.scan]);
    expect(first.failure).toBeDefined();
    const worthless = codesIn(first.err.slice(first.err.indexOf('Recovery codes')));
    expect(await what()).toBe('To be set up for helen: recovery codes.');
    here.pass(30_000);

    const second = await enrol([here.password, app.code, 'y']);
    expect(second.failure).toBeUndefined();
    expect(second.err).toContain('helen has an authenticator app already; to be set up: recovery codes.');
    expect(second.err).toContain("? Code of helen's app, or a recovery code");
    expect(second.err).not.toContain('Scan this');
    const codes = codesIn(second.err.slice(second.err.indexOf('Recovery codes')));
    expect(codes).toHaveLength(6);
    expect(codes.filter((code) => worthless.includes(code))).toEqual([]);
    expect(await what()).toContain('already');
  });

  test('going away before the first code leaves nothing behind', async () => {
    here = await home();
    expect((await enrol([here.password])).failure).toBeDefined();
    expect(await what()).toBe('To be set up for helen: an authenticator app and recovery codes.');
    expect(await here.behindPassword('helen', here.password)).toBeUndefined();
  });

  test('a wrong password is told as such', async () => {
    here = await home();
    expect((await enrol(['not this one'])).failure?.code).toBe('wrong-password');
  });

  test('both there already: nothing is asked', async () => {
    here = await home();
    await enrolled();
    const { code, out } = await here.homeauth('user enroll-2fa', ['helen'], {}, []);
    expect(code).toBe(0);
    expect(out).toContain('homeauth user reset-2fa helen');
  });

  test('a login that asks for a second factor is answered, also after a wrong code, or one of a lost phone', async () => {
    here = await home();
    const { app, codes } = await enrolled();
    await here.homeauth('user reset-2fa', ['helen'], {}, ['y']);
    const again = phone(here.now);
    await enrol([here.password, again.scan]);
    here.pass(30_000);
    expect(app.uri).not.toBe(again.uri);
    const { failure, err } = await enrol([here.password, 'what', app.code, again.code, 'y']);
    expect(failure).toBeUndefined();
    expect(err).toContain('> Six digits of the app, or one of the recovery codes.');
    expect(err.replaceAll(/\s+/g, ' ')).toContain('now for 1 s');
    expect(codes).toHaveLength(6);
  });
});

describe('secrets stay at the terminal', () => {
  test.each([
    ['where nobody sits', undefined, {}],
    ['with --json', [], { json: true }],
  ] as [string, string[] | undefined, { json?: boolean }][])('%s nothing is begun', async (_, keys, options) => {
    here = await home();
    const terminal = fakeTerminal(keys, options);
    const { failure, code, out, err } = await here.homeauth('user enroll-2fa', ['helen'], {}, terminal);
    expect(failure).toMatchObject({
      code: 'needs-terminal',
      fix: expect.stringContaining('homeauth user enroll-2fa helen'),
    });
    expect(code).toBe(2);
    expect(out + err).toBe('');
  });

  test('and not one of them is in the result', async () => {
    here = await home();
    const app = phone(here.now);
    const { out, err } = await enrol([here.password, app.scan, 'y']);
    const all = [...codesIn(err.slice(err.indexOf('Recovery codes'))), app.uri.slice(-32), here.password];
    expect(all.filter((secret) => out.includes(secret))).toEqual([]);
    expect(err).not.toContain(here.password);
  });
});

test('a clock that is wrong is named before a code is asked for', async () => {
  const late = (ms: number) => new Date(Date.now() - ms).toUTCString();
  here = await home({}, (http) => ({
    dial: async (request) => {
      const answer = await http.dial(request);
      return { ...answer, headers: { ...answer.headers, date: late(95_000) } };
    },
  }));
  const { err } = await enrol([here.password]);
  expect(err).toMatch(/! The clock of this machine is 9[5-6] s ahead of authentik's\./);
  expect(err).toContain('timedatectl set-ntp true');
  expect(err.indexOf('clock')).toBeLessThan(err.indexOf('Scan this'));
});

test('clocks that agree are not mentioned', async () => {
  here = await home();
  expect((await enrol([here.password])).err).not.toContain('clock');
});
