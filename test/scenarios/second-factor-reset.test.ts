import { afterEach, expect, test } from 'vitest';
import { type Home, home } from '../fakes/home.ts';
import { phone } from '../fakes/phone.ts';
import { fakeTerminal } from '../fakes/terminal.ts';

let here: Home;
afterEach(() => here.fake.close());

const reset = (keys?: readonly string[], flags = {}, options = {}) =>
  here.homeauth('user reset-2fa', ['helen'], flags, fakeTerminal(keys, options));
const enrolled = async (flags = {}) => {
  here = await home(flags);
  const keys = [here.password, phone(here.now).scan, 'y'];
  expect((await here.homeauth('user enroll-2fa', ['helen'], {}, keys)).failure).toBeUndefined();
};

test('lists what somebody has, asks, and takes it away', async () => {
  await enrolled();
  const { code, err, out } = await reset(['y']);
  expect(code).toBe(0);
  expect(err).toMatch(/helen has:\n {2}recovery codes {6}never used\n {2}authenticator app {3}never used/);
  expect(err).toContain('? Remove them?');
  expect(out.replaceAll(/\s+/g, ' ')).toBe(
    'helen has no second factor any more. The password alone lets helen in until there is a new one: homeauth user enroll-2fa helen',
  );
  expect(await here.behindPassword('helen', here.password)).toBeUndefined();
  expect((await reset()).out).toBe('helen has no second factor.');
});

test('what somebody has stands in user show and user list, too', async () => {
  await enrolled();
  const { out } = await here.homeauth('user show', ['helen']);
  expect(out).toMatch(/Second factor +recovery codes, never used\n +an authenticator app, never used/);
  expect((await here.homeauth('user list')).out).toMatch(/helen .* yes +yes/);
  await reset(['y']);
  expect((await here.homeauth('user show', ['helen'])).out).toMatch(/Second factor +none/);
});

test('no, which is what Enter says, changes nothing', async () => {
  await enrolled();
  expect(await reset([''])).toMatchObject({ code: 3, failure: { code: 'refused' } });
  expect(await here.behindPassword('helen', here.password)).toBeDefined();
});

test('--dry-run changes nothing', async () => {
  await enrolled();
  expect(await reset(undefined, { dryRun: true })).toMatchObject({ code: 0, out: 'They would be removed.' });
  expect(await here.behindPassword('helen', here.password)).toBeDefined();
});

test('tells a script what it took away', async () => {
  await enrolled();
  const { out } = await reset(['y'], {}, { json: true });
  expect(JSON.parse(out)).toMatchObject({
    schema: 'homeauth.user-reset-2fa/1',
    ok: true,
    user: 'helen',
    removed: true,
    factors: [{ method: 'static' }, { method: 'totp' }],
  });
});

test('says what the policy has in store', async () => {
  await enrolled({ secondFactor: 'admins' });
  const { out } = await reset(['y']);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    'At the next login authentik asks helen for a new one (policies.second-factor: admins)',
  );
  expect(await here.behindPassword('helen', here.password)).toBeDefined();
});

test.each(['user reset-2fa', 'user enroll-2fa'] as const)('%s knows who was meant', async (command) => {
  here = await home();
  const { failure } = await here.homeauth(command, ['hellen'], {}, []);
  expect(failure).toMatchObject({ code: 'user-unknown', fix: 'Did you mean: helen' });
});
