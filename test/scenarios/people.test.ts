import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CommandName } from '../../src/cli.ts';
import { textOf } from '../../src/model/shown.ts';
import type { Flags } from '../fakes/homeauth.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { changeConfig, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

const good = 'kettle lantern orbit';
let base: FakeWorld;
let fake: FakeWorld;

beforeAll(async () => {
  base = await installed([], { standin: { checkSchema: true } });
  await changeConfig(base.files, (text) => `${text}groups: [family, guests]\n`);
  await base.files.write('/srv/pw', `${good}\n`, 0o600);
  expect((await homeauthIn(base)('apply')).failure).toBeUndefined();
});
afterAll(() => base.close());
beforeEach(async () => {
  fake = await copyOf(base, { standin: { checkSchema: true } });
});
afterEach(async () => {
  expect(fake.servers.flatMap(({ violations }) => violations)).toEqual([]);
  await fake.close();
});

const run = (...given: Parameters<ReturnType<typeof homeauthIn>>) => homeauthIn(fake)(...given);
const anna: Flags = { name: 'Anna', email: 'anna@example.com', passwordFile: '/srv/pw', group: ['family'] };
const { email: _, ...withoutMail } = anna;
const { passwordFile: __, ...withoutPassword } = anna;
const person = async (username: string) => (await databaseOf(fake)).users.find((one) => one.username === username);
/** Every request that changes something and is not part of a login. */
const changes = () =>
  fake.servers
    .flatMap(({ requests }) => requests)
    .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/') && !path.includes('/flows/executor/'));

describe('user add', () => {
  test('makes an account with a password, once', async () => {
    const first = await run('user add', ['anna'], anna);
    expect(first.failure).toBeUndefined();
    expect(first.out).toBe('✓ anna is there, in family\n\nThey log in at https://auth.home.example.com');
    expect((await visit(fake, 'anna', good)).status).toBe(200);
    const before = changes().length;
    const again = await run('user add', ['anna'], anna);
    expect(again.out).toMatch(/^✓ anna was there already; the password is untouched, in family/);
    expect(changes()).toHaveLength(before);
    expect((await run('user add', ['anna'], { ...anna, name: 'Anne' })).failure?.code).toBe('user-exists');
  });

  test.each([
    ['a group that is not there', { group: ['famly'] }, 'group-unknown'],
    ['a link, which nobody can be sent', { link: true }, 'recovery-off'],
  ])('%s is refused before anything is asked', async (_, flags, code) => {
    const terminal = fakeTerminal(['anna']);
    const { failure } = await homeauthIn(fake)('user add', [], flags, terminal);
    expect([failure?.code, terminal.left]).toEqual([code, ['anna']]);
  });

  test('asks for what is missing, and again for what will not do', async () => {
    const answers = ['Anna', 'akadmin', 'anna', '', 'HELEN@example.com', 'anna@example.com', 'anna2026!!', good, good];
    const terminal = fakeTerminal(answers);
    const { failure } = await homeauthIn(fake)('user add', [], {}, terminal);
    expect(failure).toBeUndefined();
    expect(terminal.left).toEqual([]);
    expect(terminal.err.filter((line) => line.startsWith('> '))).toEqual([
      expect.stringContaining('has capital letters'),
      expect.stringContaining("authentik's own emergency account"),
      expect.stringContaining('is the address of the user "helen" already'),
      '> It is the name, the address or the domain, with little around it.',
    ]);
    expect(await person('anna')).toMatchObject({ name: 'Anna', email: 'anna@example.com', is_active: true });
  });

  test.each<[string, Flags, string, RegExp]>([
    ['ann a', anna, 'flag-invalid', /^Correct it: NAME/],
    ['anna', { ...anna, email: 'helen@example.com' }, 'flag-invalid', /^Correct it: --email/],
    ['anna', withoutMail, 'answer-missing', /^Add --email ADDRESS/],
    ['anna', withoutPassword, 'answer-missing', /--password-stdin .*--link/],
    ['anna', { ...anna, group: ['famliy'] }, 'group-unknown', /list "groups" in .*homeauth apply$/],
    ['anna', { ...anna, passwordFile: '/srv/nothing' }, 'file-missing', /--password-file/],
    ['anna', { ...withoutPassword, link: true }, 'recovery-off', /policies\.recovery .*homeauth apply$/],
  ])('refuses %s %j without a terminal', async (name, flags, code, fix) => {
    const { failure, code: exit } = await run('user add', [name], flags);
    expect(failure?.code).toBe(code);
    expect(textOf(failure?.fix ?? '')).toMatch(fix);
    expect(exit).toBe(2);
  });

  test('an undeclared group: the nearest is named', async () => {
    const { failure } = await run('user add', ['anna'], { ...anna, group: ['famliy'] });
    expect(failure?.problem).toBe('There is no group "famliy". Did you mean "family"?');
    expect(await person('anna')).toBeUndefined();
  });

  test('a name that differs in capitals from one that was made in authentik', async () => {
    await run('user add', ['ben'], { ...anna, email: 'ben@example.com' });
    await inDatabase(fake, ({ users }) =>
      Object.assign(users.find(({ username }) => username === 'ben') ?? {}, { username: 'Ben' }),
    );
    const { failure } = await run('user add', ['ben'], anna);
    expect(failure?.problem).toContain('There is a user "Ben", who differs from "ben" in capitals only');
  });

  test('with a link in place of a password, which sets one', async () => {
    expect((await run('user add', ['anna'], { ...withoutPassword, link: true })).failure?.code).toBe('recovery-off');
    expect(await person('anna')).toBeUndefined();
    await changeConfig(fake.files, (text) => `${text}policies: { recovery: true }\n`);
    expect((await run('apply')).failure).toBeUndefined();
    const { out, failure } = await run('user add', ['anna'], { ...withoutPassword, link: true });
    expect(failure).toBeUndefined();
    expect(out).toMatch(/^ {2}https:\/\/auth\.home\.example\.com\/if\/flow\/homeauth-recovery\/\?flow_token=\w+$/m);
    expect((await person('anna'))?.password).toBeNull();
  });

  test('cut off before the password was set: the same command goes on', async () => {
    await run('user add', ['anna'], anna);
    await inDatabase(fake, ({ users }) => {
      const user = users.find((one) => one.username === 'anna');
      Object.assign(user ?? {}, { password: null, attributes: { homeauth: { firstPassword: 'pending' } } });
    });
    expect((await run('user add', ['anna'], anna)).out).toMatch(/^✓ anna is there/);
    expect((await visit(fake, 'anna', good)).status).toBe(200);
  });
});

describe('looking', () => {
  test('user list: people, and with -v everybody', async () => {
    await run('user add', ['anna'], anna);
    await visit(fake, 'anna', good);
    const { out } = await run('user list');
    const [head = '', first, second, ...more] = out.split('\n');
    expect(head.split(/ {2,}/)).toEqual(['USER', 'E-MAIL', 'GROUPS', '2ND FACTOR', 'ACTIVE', 'LAST LOGIN']);
    const today = new Date().toLocaleString('sv-SE').slice(0, 10);
    await run('user add', ['bob'], { name: 'Bob', email: 'bob@example.com', passwordFile: '/srv/pw' });
    expect((await run('user list')).out).toMatch(/^bob .*not yet$/m);
    expect(first?.split(/ {2,}/)).toEqual(['anna', 'anna@example.com', 'family', 'no', 'yes', today]);
    expect(second).toMatch(/^helen .*authentik Admins/);
    expect(more.join(' ').trim()).toMatch(/^LAST LOGIN: at https:\/\/auth\.home\.example\.com, .* does not count\.$/);
    expect((await run('user list', [], { verbose: true })).out).toMatch(
      /^akadmin\n[\s\S]*^homeauth\n {2}e-mail: - · groups: authentik Admins/m,
    );
  });

  test('user show: a name with a line break in it writes no lines of ours', async () => {
    await inDatabase(fake, ({ users }) => {
      for (const user of users) if (user.username === 'anna') user.name = 'Anna\nGroups  authentik Admins';
    });
    expect((await run('user show', ['anna'])).out).not.toMatch(/^Groups +authentik Admins/m);
  });

  test('user show: sessions, and which apps they may open', async () => {
    await run('user add', ['anna'], anna);
    await visit(fake, 'anna', good);
    await run('add-app', ['wiki'], { upstream: 'wiki:80', group: 'guests' });
    await run('add-app', ['photos'], { upstream: 'photos:80', group: 'family' });
    const { out } = await run('user show', ['anna']);
    expect(out).toMatch(/^anna {3}Anna\n/);
    expect(out).toMatch(/Logged in +a browser from 127/);
    expect(out).toMatch(/May open +photos\nMay not open +wiki$/);
  });

  test('an unknown name, a program, the emergency account', async () => {
    await run('user add', ['anna'], anna);
    expect((await run('user show', ['ana'])).failure).toMatchObject({
      code: 'user-unknown',
      fix: 'Did you mean: anna',
    });
    expect((await run('user show', ['akadmin'])).failure?.code).toBe('user-reserved');
    expect((await run('user remove', ['homeauth'])).failure?.code).toBe('user-reserved');
    expect((await run('user show', ['akadmin'], { verbose: true })).out).toContain('akadmin');
  });
});

describe('changing', () => {
  beforeEach(async () => {
    expect((await run('user add', ['anna'], anna)).failure).toBeUndefined();
  });

  test('groups: in, out, and again', async () => {
    expect((await run('user groups', ['anna'])).out).toBe('anna is in: family');
    const both = await run('user groups', ['anna'], { add: ['guests'], remove: ['family'] });
    expect(both.out).toBe('✓ anna is in "guests" now\n✓ anna is no longer in "family"');
    const count = changes().length;
    const again = await run('user groups', ['anna'], { add: ['guests'], remove: ['family'] });
    expect(again.out).toBe('It was so already; nothing was changed.\nanna is in: guests');
    expect(changes()).toHaveLength(count);
    expect((await run('user groups', ['anna'], { add: ['gests'] })).failure?.code).toBe('group-unknown');
    const twice = await run('user groups', ['anna'], { add: ['family', 'family'] });
    expect(twice.out).toBe('✓ anna is in "family" now');
  });

  test('groups: not in and out at once', async () => {
    const { failure } = await run('user groups', ['anna'], { add: ['guests'], remove: ['guests'] });
    expect(failure).toMatchObject({ code: 'flag-invalid', problem: expect.stringContaining('"guests"') });
    expect((await run('user groups', ['anna'])).out).toBe('anna is in: family');
  });

  test('a password: the old one opens nothing any more', async () => {
    const set = await run('user password', ['anna'], { passwordStdin: true }, { stdin: 'candle harbour violin' });
    expect(set.out).toContain('anna has a new password');
    expect((await visit(fake, 'anna', 'candle harbour violin')).status).toBe(200);
    await expect(visit(fake, 'anna', good)).rejects.toMatchObject({ code: 'wrong-password' });
    const refused = await run('user password', ['anna'], { passwordStdin: true }, { stdin: 'anna123456' });
    expect(refused.failure).toMatchObject({ code: 'password-weak' });
    expect(JSON.stringify(refused.failure)).not.toContain('anna123456');
  });

  test('disable ends the sessions, enable lets in again', async () => {
    await visit(fake, 'anna', good);
    expect((await run('user disable', ['anna'])).failure?.code).toBe('nobody-to-ask');
    expect((await run('user disable', ['anna'], {}, ['n'])).code).toBe(3);
    expect((await run('user disable', ['anna'], {}, ['y'])).out).toContain(
      'anna may not log in any more; 1 session ended',
    );
    const { sessions, users } = await databaseOf(fake);
    const pk = users.find(({ username }) => username === 'anna')?.pk;
    expect(Object.values(sessions).filter(({ user }) => user === pk)).toEqual([]);
    await expect(visit(fake, 'anna', good)).rejects.toThrow();
    expect((await run('user disable', ['anna'], {}, ['y'])).out).toContain('was disabled already');
    expect((await run('user enable', ['anna'])).out).toContain('anna may log in again');
    expect((await visit(fake, 'anna', good)).status).toBe(200);
  });

  test('remove asks, and is final', async () => {
    expect((await run('user remove', ['anna'])).failure?.code).toBe('nobody-to-ask');
    expect((await run('user remove', ['anna'], {}, ['n'])).failure?.code).toBe('refused');
    expect((await run('user remove', ['anna'], {}, ['y'])).out).toBe('✓ anna is gone.');
    expect(await person('anna')).toBeUndefined();
    expect((await run('user remove', ['anna'], {}, ['y'])).failure?.code).toBe('user-unknown');
  });

  test('the last administrator stays, and so does the one that homeauth.yaml names', async () => {
    const attempts: [CommandName, Flags][] = [
      ['user remove', {}],
      ['user disable', {}],
      ['user groups', { remove: ['authentik Admins'] }],
    ];
    for (const [command, flags] of attempts)
      expect((await run(command, ['helen'], flags, ['y'])).failure?.code).toBe('last-admin');
    const joined = await run('user groups', ['anna'], { add: ['authentik Admins'] });
    expect(joined.out).toContain('! anna is an administrator: may change everything in authentik');
    // Nobody has seen yet that she can get in.
    const early = await run('user disable', ['helen'], {}, ['y']);
    expect(early.failure).toMatchObject({ code: 'last-admin', fix: expect.stringMatching(/^Let anna log in once/) });
    await visit(fake, 'anna', good);
    expect((await run('user remove', ['helen'], {}, ['y'])).failure?.code).toBe('user-declared');
    expect((await run('user groups', ['helen'], { remove: ['authentik Admins'] })).failure?.code).toBe('user-declared');
    expect((await run('user disable', ['helen'], {}, ['y'])).failure).toBeUndefined();
    expect((await run('user remove', ['anna'], {}, ['y'])).failure?.code).toBe('last-admin');
  });

  test('another administrator takes over as the refusal says', async () => {
    await run('user groups', ['anna'], { add: ['authentik Admins'] });
    await visit(fake, 'anna', good);
    const { failure } = await run('user remove', ['helen'], {}, ['y']);
    expect(textOf(failure?.fix ?? '')).toMatch(
      /user groups NAME --add "authentik Admins"\n.* under admin:, then: homeauth apply$/,
    );
    await changeConfig(fake.files, (text) => text.replaceAll('helen', 'anna').replace('name: Helen', 'name: Anna'));
    expect((await run('apply')).out).toBe('Everything is as it should be; nothing was changed.');
    expect((await run('user remove', ['helen'], {}, ['y'])).failure).toBeUndefined();
  });

  test('a new administrator of homeauth.yaml is to be given a password', async () => {
    await changeConfig(fake.files, (text) => text.replaceAll('helen', 'zack'));
    const { out, failure } = await run('apply');
    expect(failure).toBeUndefined();
    expect(out).toContain('homeauth user password zack');
  });

  test('an account that has not what the administrator needs: what to give it', async () => {
    await changeConfig(fake.files, (text) => text.replaceAll('helen', 'anna').replace('name: Helen', 'name: Anna'));
    const { failure } = await run('apply');
    expect(failure?.code).toBe('not-ours');
    expect(textOf(failure?.fix ?? '')).toContain('homeauth user groups anna --add GROUP');
  });

  test('people and groups that no file names stay through apply and plan', async () => {
    await changeConfig(fake.files, (text) => text.replace('groups: [family, guests]\n', ''));
    expect((await run('apply')).failure).toBeUndefined();
    expect(await person('anna')).toBeDefined();
    expect((await databaseOf(fake)).groups.map(({ name }) => name)).toContain('family');
    expect((await run('plan')).out).toMatch(/^Nothing to change/);
  });
});

test('groups of homeauth.yaml are in plan, apply and doctor', async () => {
  await inDatabase(fake, (state) => {
    state.groups = state.groups.filter(({ name }) => name !== 'guests');
  });
  expect((await run('plan')).out).toContain('+ group:guests');
  expect((await run('doctor')).out).toContain('guests');
  expect((await run('apply')).failure).toBeUndefined();
  expect((await databaseOf(fake)).groups.map(({ name }) => name)).toContain('guests');
});
