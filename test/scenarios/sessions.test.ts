import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ownBrowser } from '../../src/model/person.ts';
import { type Flags, homeauthIn } from '../fakes/homeauth.ts';
import { at, changeConfig, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

const [good, better] = ['kettle lantern orbit', 'orbit kettle lantern'];
let base: FakeWorld;
let fake: FakeWorld;

beforeAll(async () => {
  base = await installed(['wiki', 'whoami']);
  await base.files.write('/srv/pw', good, 0o600);
  await base.files.write('/srv/pw2', better, 0o600);
  const add = (name: string, more: object = {}) =>
    homeauthIn(base)('user add', [name], { name, email: `${name}@example.com`, passwordFile: '/srv/pw', ...more });
  expect((await add('anna')).failure).toBeUndefined();
  expect((await add('bob')).failure).toBeUndefined();
});
afterAll(() => base.close());
beforeEach(async () => {
  fake = await copyOf(base);
});
afterEach(() => fake.close());

const run = (...given: Parameters<ReturnType<typeof homeauthIn>>) => homeauthIn(fake)(...given);

/** Whose sessions there are, by name. */
async function sessions(): Promise<string[]> {
  const { sessions: all, users } = await databaseOf(fake);
  return Object.values(all)
    .flatMap(({ user }) => users.find(({ pk }) => pk === user)?.username ?? [])
    .toSorted();
}

describe('a new password', () => {
  const change = (flags: Flags = {}, answers?: readonly string[]) =>
    run('user password', ['anna'], { passwordFile: '/srv/pw2', ...flags }, answers);

  test('ends the old sessions where that is wanted, and nobody else’s', async () => {
    await visit(fake, 'anna', good);
    await visit(fake, 'anna', good);
    await visit(fake, 'bob', good);
    const { err, out } = await change({ endSessions: true });
    expect(out).toContain('anna has a new password');
    expect(err).toContain('anna is logged out everywhere');
    expect(await sessions()).toEqual(['bob']);
  });

  test('asks at a terminal, and says elsewhere how', async () => {
    await visit(fake, 'anna', good);
    expect((await change({}, ['n'])).err).toContain('Log anna out everywhere?');
    expect((await change()).err).toContain('run this again with --end-sessions');
    expect(await sessions()).toEqual(['anna']);
    await change({}, ['y']);
    expect(await sessions()).toEqual([]);
  });

  test('says nothing of it where nobody is logged in; as JSON it counts', async () => {
    expect((await change()).err).not.toContain('logged in');
    await visit(fake, 'anna', better);
    const flags = { passwordFile: '/srv/pw2', endSessions: true };
    const { out } = await run('user password', ['anna'], flags, { json: true });
    expect(JSON.parse(out)).toMatchObject({ ok: true, user: 'anna', sessionsEnded: 1 });
  });
});

describe('a group that an app gets', () => {
  beforeEach(async () => {
    await run('user groups', ['anna']);
    await changeConfig(fake.files, (text) => `groups: [family]\n${text}`);
    expect((await run('apply')).failure).toBeUndefined();
    expect((await run('user groups', ['anna'], { add: ['family'] })).failure).toBeUndefined();
    await visit(fake, 'anna', good);
    await visit(fake, 'bob', good);
  });

  const narrow = async () => {
    await changeConfig(fake.files, (text) => text.replace(/upstream: "?wiki:80"?/, '$&\n    group: family'));
  };

  test('by apply: whom it keeps out is logged out, and nobody else', async () => {
    await narrow();
    const { err, failure } = await run('apply', [], { endSessions: true });
    expect(failure).toBeUndefined();
    expect(err).toContain('bob is logged out everywhere');
    expect(await sessions()).toEqual(['anna']);
  });

  test('by apply, unasked: it is said, and nothing ends; the next run has nothing to say', async () => {
    await narrow();
    const { err } = await run('apply');
    expect(err).toContain('bob is logged in with a browser.');
    expect(err).not.toContain('anna');
    expect(err).toContain('--end-sessions');
    expect(await sessions()).toEqual(['anna', 'bob']);
    expect((await run('apply')).err).not.toContain('bob');
  });

  test('by add-app, which does the whole job, as JSON', async () => {
    await narrow();
    const { out } = await run('add-app', ['wiki'], { endSessions: true }, { json: true });
    expect(JSON.parse(out)).toMatchObject({ schema: 'homeauth.add-app/1', sessionsEnded: 1 });
    expect(await sessions()).toEqual(['anna']);
  });

  test('a new app shuts nobody out who had it open', async () => {
    const { err } = await run('add-app', ['music'], { upstream: 'music:80', group: 'family', endSessions: true });
    expect(err).not.toContain('logged');
    expect(await sessions()).toEqual(['anna', 'bob']);
  });
});

describe("homeauth's own visits", () => {
  const prove = (app = 'whoami', flags: Flags = {}) =>
    run('add-app', [app], { adminPasswordFile: at('.homeauth/admin-password'), ...flags });

  test('are over when the proof is', async () => {
    const { out } = await prove();
    expect(out).toContain('helen gets in');
    expect(await sessions()).toEqual([]);
    expect((await run('user show', ['helen'])).out).toMatch(/Logged in +nowhere/);
    const { outpostSessions } = await databaseOf(fake);
    expect(outpostSessions).toEqual({});
  });

  test('are over, too, where the app does not let its owner in', async () => {
    const { out } = await prove('music', { upstream: 'music:80', group: 'family' });
    expect(out).toContain('helen is not in the group family');
    expect(await sessions()).toEqual([]);
  });

  test('leave the owner’s own session alone', async () => {
    const password = ((await fake.files.read(at('.homeauth/admin-password'))) ?? '').trim();
    await visit(fake, 'helen', password);
    await prove();
    expect(await sessions()).toEqual(['helen']);
  });

  test('that cannot be ended are told, and ended by the next run when nothing goes on there any more', async () => {
    const { http } = fake.world;
    const world = {
      ...fake.world,
      http: {
        dial: async (request: Parameters<typeof http.dial>[0]) =>
          request.url.includes('default-invalidation-flow')
            ? { status: 503, headers: {}, cookies: [], body: '' }
            : http.dial(request),
      },
    };
    const flags = { adminPasswordFile: at('.homeauth/admin-password') };
    const left = await homeauthIn(fake, { world })('add-app', ['whoami'], flags);
    expect(left.out).toContain('authentik did not end the session that homeauth opened as helen');
    expect(left.code).toBe(0);
    expect(await sessions()).toEqual(['helen']);
    await prove();
    expect(await sessions()).toEqual(['helen']);
    await inDatabase(fake, (state) => {
      for (const session of Object.values(state.sessions)) session.lastUsed -= 11 * 60_000;
    });
    await prove();
    expect(await sessions()).toEqual([]);
  });

  test('are called by their name in the list of sessions', async () => {
    await visit(fake, 'anna', good);
    const all = Object.values((await databaseOf(fake)).sessions);
    expect(all.map(({ userAgent }) => userAgent)).toEqual([ownBrowser]);
  });
});
