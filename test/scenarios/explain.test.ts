import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Flags } from '../fakes/homeauth.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { changeConfig, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

const good = 'kettle lantern orbit';
let base: FakeWorld;
let fake: FakeWorld;

beforeAll(async () => {
  base = await installed();
  const homeauth = homeauthIn(base);
  const apps = `groups: [family]
apps:
  - { name: wiki, upstream: 'wiki:80', group: family }
  - { name: open, upstream: 'open:80' }
  - { name: music, upstream: 'music:80', mode: domain }
`;
  await changeConfig(base.files, (text) => text.replace(/^apps:.*\n/m, '') + apps);
  await base.files.write('/srv/pw', good, 0o600);
  expect((await homeauth('apply')).failure).toBeUndefined();
  const anna = { name: 'Anna', email: 'anna@example.com', group: ['family'], passwordFile: '/srv/pw' };
  expect((await homeauth('user add', ['anna'], anna)).failure).toBeUndefined();
});
afterAll(() => base.close());
beforeEach(async () => {
  fake = await copyOf(base);
});
afterEach(() => fake.close());

const explain = (user: string, app: string, flags: Flags = {}, answers?: readonly string[]) =>
  homeauthIn(fake)('explain', [user, app], flags, answers);
const agrees = (word: 'yes' | 'no') => `· authentik's own check of the rules says ${word}, too.`;

test.each([
  ['anna', 'wiki', ['✓ anna may open wiki', '  anna is in the group "family", which may open it.', agrees('yes')]],
  ['anna', 'open', ['✓ anna may open open', '  open has no rule: everyone with an account gets in.', agrees('yes')]],
  [
    'helen',
    'wiki',
    [
      '✗ helen may not open wiki',
      '  Only members of "family" get in, and helen is none.',
      '  Administrators are no exception.',
      agrees('no'),
    ],
  ],
])('%s and %s', async (user, app, lines) => {
  expect((await explain(user, app)).out.split('\n')).toEqual(lines);
});

test('an app of the domain has no rule of its own', async () => {
  const { out } = await explain('helen', 'music');
  expect(out).toMatch(/^✓ helen may open music\n/);
  expect(out.replace(/\n +/g, ' ')).toContain('covered by the whole domain, which has no rules for single apps');
});

test('a disabled account, and what authentik says beside it', async () => {
  await homeauthIn(fake)('user disable', ['anna'], {}, ['y']);
  const { out } = await explain('anna', 'wiki');
  expect(out).toContain('✗ anna may not open wiki\n  The account of anna is disabled: nobody can log in with it.');
  expect(out).toContain("· authentik's own check of the rules says yes.");
});

test('a rule that somebody turned off, and one that keeps people out', async () => {
  const set = (change: object) =>
    inDatabase(fake, ({ bindings }) => {
      for (const binding of bindings) Object.assign(binding, change);
    });
  await set({ enabled: false });
  const off = await explain('helen', 'wiki');
  expect(off.out).toContain(
    '✓ helen may open wiki\n  homeauth.yaml keeps wiki for "family", and authentik has no such rule',
  );
  await set({ enabled: true, negate: true });
  expect((await explain('anna', 'wiki')).out).toContain('Members of "family" are kept out.');
});

test('taken out of a group while logged in: the session is told, and ended', async () => {
  await visit(fake, 'anna', good);
  const sessions = async () => {
    const { sessions: all, users } = await databaseOf(fake);
    const pk = users.find(({ username }) => username === 'anna')?.pk;
    return Object.values(all).filter(({ user }) => user === pk).length;
  };
  const out = await homeauthIn(fake)('user groups', ['anna'], { remove: ['family'] });
  expect(out.err).toContain('anna is logged in with a browser.');
  expect(out.err).toContain('--end-sessions');
  expect(await sessions()).toBe(1);
  // Enter alone: who came for a look ends nothing.
  expect((await explain('anna', 'wiki', {}, [''])).out).toContain('✗ anna may not open wiki');
  expect(await sessions()).toBe(1);
  expect((await explain('anna', 'wiki', { endSessions: true })).err).toContain('logged out everywhere');
  expect(await sessions()).toBe(0);
});

test('unknown names, and an app that is not there yet', async () => {
  expect((await explain('anna', 'wki')).failure).toMatchObject({ code: 'app-unknown', fix: 'Did you mean: wiki' });
  expect((await explain('ana', 'wiki')).failure).toMatchObject({ code: 'user-unknown' });
  await inDatabase(fake, (state) => {
    state.applications = state.applications.filter(({ slug }) => slug !== 'wiki');
  });
  expect((await explain('anna', 'wiki')).out).toContain('authentik has no application "wiki" yet');
});

test('where authentik says otherwise, its word counts, and both are told', async () => {
  const homeauth = homeauthIn(fake, {
    connect: (options) => {
      const real = fake.connect(options);
      const get: typeof real.get = async (path, query) =>
        path.endsWith('/check_access') ? ({ passing: true } as never) : real.get(path, query);
      return { ...real, get };
    },
  });
  const { out } = await homeauth('explain', ['helen', 'wiki']);
  expect(out).toMatch(/^✓ helen may open wiki\n {2}Only members of "family" get in/);
  expect(out.replace(/\n +/g, ' ')).toContain("says yes, but by homeauth's own evaluation it should say no.");
});

test('as JSON', async () => {
  const { out } = await homeauthIn(fake)('explain', ['helen', 'wiki'], {}, { json: true });
  expect(JSON.parse(out)).toEqual({
    schema: 'homeauth.explain/1',
    ok: true,
    user: 'helen',
    app: 'wiki',
    openPaths: [],
    opens: false,
    reading: false,
    because: ['Only members of "family" get in, and helen is none.', 'Administrators are no exception.'],
    authentik: false,
    agree: true,
    sessionsEnded: 0,
  });
});
