import { afterEach, beforeEach, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

const right = 'kettle lantern orbit';
let fake: FakeWorld;
beforeEach(async () => {
  fake = fakeWorld();
  fake.files.put('/root/pw', `${right}\n`, 0o600);
  const { failure } = await homeauthIn(fake)('init', [], { ...initFlags, adminPasswordFile: '/root/pw' });
  expect(failure).toBeUndefined();
});
afterEach(() => fake.close());

const add = (answers?: readonly string[], flags = {}) =>
  homeauthIn(fake)('add-app', ['whoami'], flags, answers && fakeTerminal(answers));

test('a mistyped password is asked for again, and the proof made with the right one', async () => {
  const { code, err, out } = await add(['y', 'kettle lantern orbti', right]);
  expect(code).toBe(0);
  expect(err).toContain('This is not the password of helen.\n? Password of helen');
  expect(out).toContain('helen gets in');
});

test('Enter leaves the proof of the login out then, too', async () => {
  const { code, out } = await add(['y', 'wrong', '']);
  expect([code, out.includes('helen gets in')]).toEqual([0, false]);
});

test('it is asked for three times at most: authentik counts', async () => {
  const terminal = fakeTerminal(['y', 'wrong', 'wrong', 'wrong', right]);
  const { code } = await homeauthIn(fake)('add-app', ['whoami'], {}, terminal);
  expect([code, terminal.left]).toEqual([4, [right]]);
});

test('where nobody can be asked, the next command is about the password, and not doctor', async () => {
  await fake.files.write('/root/pw', 'wrong\n', 0o600);
  const { code, out } = await add(undefined, { adminPasswordFile: '/root/pw' });
  expect(code).toBe(4);
  expect(out).toMatch(/does not accept this password for "helen"/);
  expect(out).toMatch(/^Next: +homeauth verify whoami --as-owner/m);
  expect(out).not.toContain('homeauth doctor');
  expect(await fake.files.read(at('homeauth.yaml'))).toContain('whoami');
});
