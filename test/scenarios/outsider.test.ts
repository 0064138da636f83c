import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { packagedTemplates } from '../../src/world/templates.ts';
import type { HttpRequest } from '../../src/world/world.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, changeConfig, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase } from '../fakes/people.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

const name = 'homeauth-outsider';
let base: FakeWorld;
let fake: FakeWorld;

beforeAll(async () => {
  base = await installed(['whoami']);
  const flags = { upstream: 'whoami:80', group: 'family' };
  for (const app of ['wiki', 'notes']) {
    expect((await homeauthIn(base)('add-app', [app], flags)).failure).toBeUndefined();
  }
});
afterAll(() => base.close());
beforeEach(async () => {
  fake = await copyOf(base);
});
afterEach(() => fake.close());

const verify = (over: Partial<Runtime> = {}, from = fake) =>
  homeauthIn(from, over)('verify', [], { asOutsider: true, verbose: true });

/** What is left of the account, in authentik and in the ledger. */
async function left(from = fake): Promise<unknown> {
  const { users, sessions } = await databaseOf(from);
  const account = users.find(({ username }) => username === name);
  const ledger = (await from.files.read(at('.homeauth/ledger.json'))) ?? '';
  const known = Object.values(sessions).filter(({ user }) => user !== null && !users.some(({ pk }) => pk === user));
  return { account: account !== undefined, line: ledger.includes(`"user:${name}"`), sessions: known.length };
}
const nothing = { account: false, line: false, sessions: 0 };

/** Caddy's text as it was: whatever host a visitor writes is told to authentik, and whoever that lets in is let in. */
const credulous = async () => {
  const all = await packagedTemplates();
  const text = all['homeauth.caddy'] ?? '';
  const old = text
    .replace(/^\s*header_up Host \{args.*\n/gm, '')
    .replaceAll('header_up X-Forwarded-Host {args[0]}', 'header_up X-Forwarded-Host {http.request.host}')
    .replace(/^\s*(?:@elsewhere not|respond @elsewhere|request_header Connection) .*\n/gm, '');
  expect(old).not.toMatch(/@elsewhere|Host \{args|request_header Connection/);
  return { ...all, 'homeauth.caddy': old };
};

test('stays outside of every app that has a group, and nothing is left of them', async () => {
  const { out, code, failure } = await verify();
  expect(failure).toBeUndefined();
  expect(out).toContain('wiki: an account that is not in its group is refused');
  expect(out).toContain('notes: an account that is not in its group is refused');
  expect(out).not.toContain('whoami: an account');
  expect(code).toBe(0);
  expect(await left()).toEqual(nothing);
});

test('gets in by capitals where Caddy believes what a visitor writes: verify tells it, with and without an account', async () => {
  await homeauthIn(fake, { templates: credulous })('apply');
  const without = await homeauthIn(fake)('verify');
  expect(without.code).toBe(4);
  expect(without.out).toMatch(/A request for wiki that is written like this.*WIKI\.home\.example\.com/s);
  const { out, code } = await verify();
  expect(code).toBe(4);
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(
    /Everybody with an account can open wiki, which is only for "family": by WIKI\.home\.example\.com, /,
  );
  expect(await left()).toEqual(nothing);
});

test('gets in with the session of another app where Caddy asks for all of them by that one', async () => {
  const asWhoami = async () => {
    const all = await packagedTemplates();
    const text = (all['homeauth.caddy'] ?? '')
      .replace(/header_up (Host|X-Forwarded-Host) \{args\[0\]\}/g, 'header_up $1 whoami.home.example.com')
      .replace(/^\s*(?:@elsewhere not|respond @elsewhere) .*\n/gm, '');
    expect(text).toContain('whoami.home.example.com');
    return { ...all, 'homeauth.caddy': text };
  };
  await homeauthIn(fake, { templates: asWhoami })('apply');
  const { out, code } = await verify();
  expect(code).toBe(4);
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(/can open wiki, which is only for "family": by .*the session of whoami/);
  expect(await left()).toEqual(nothing);
});

test('gets in by the front door where the rule is gone', async () => {
  await inDatabase(fake, ({ bindings }) => {
    for (const binding of bindings) binding.enabled = false;
  });
  const { out, code } = await verify();
  expect(code).toBe(4);
  expect(out.replaceAll(/\s+/g, ' ')).toContain('can open wiki, which is only for "family": by a login');
});

test('is not made where no app has a group', async () => {
  await changeConfig(fake.files, (text) => text.replace(/^\s*group: family\n/gm, ''));
  await homeauthIn(fake)('apply');
  const calls: string[] = [];
  const connect: Runtime['connect'] = (options) => {
    const real = fake.connect(options);
    const create: typeof real.create = (path, body) => {
      calls.push(path);
      return real.create(path, body);
    };
    return { ...real, create };
  };
  const { out } = await verify({ connect });
  expect(out).toContain('No app has a group.');
  expect(calls).toEqual([]);
});

test('cannot log in where everybody needs a second factor, and that is said', async () => {
  await changeConfig(fake.files, (text) => `${text}policies:\n  second-factor: everyone\n`);
  expect((await homeauthIn(fake)('apply')).failure).toBeUndefined();
  const { out, code } = await verify();
  expect(out.replaceAll(/\s+/g, ' ')).toContain('Everybody needs a second factor, and an account that is made for a');
  expect(code).toBe(0);
  expect(await left()).toEqual(nothing);
});

test('is removed when the proof breaks', async () => {
  const { http } = fake.world;
  const dial = async (request: HttpRequest) => {
    if (request.url.includes('start?rd=')) throw new Error('broken');
    return http.dial(request);
  };
  await expect(verify({ world: { ...fake.world, http: { dial } } })).rejects.toThrow('broken');
  expect(await left()).toEqual(nothing);
});

/** The machine as a kill in the middle of the proof leaves it. */
async function killed(): Promise<FakeWorld> {
  const { http } = fake.world;
  let reached = () => {};
  const inside = new Promise<void>((done) => {
    reached = done;
  });
  const dial = (request: HttpRequest) => {
    if (!request.url.includes('start?rd=')) return http.dial(request);
    reached();
    return new Promise<never>(() => {});
  };
  void verify({ world: { ...fake.world, http: { dial } } });
  await inside;
  const after = await copyOf(fake);
  expect(await left(after)).toEqual({ account: true, line: true, sessions: 0 });
  return after;
}

test('that a kill left goes with the next proof', async () => {
  const after = await killed();
  const { code, out } = await verify({}, after);
  expect(out).toContain('wiki: an account that is not in its group is refused');
  expect(code).toBe(0);
  expect(await left(after)).toEqual(nothing);
  await after.close();
});

test('that a kill left is in the plan, and goes with apply', async () => {
  const after = await killed();
  expect((await homeauthIn(after)('plan')).out).toContain(`user:${name}`);
  expect((await homeauthIn(after)('apply')).failure).toBeUndefined();
  expect(await left(after)).toEqual(nothing);
  expect((await homeauthIn(after)('apply')).out).toContain('nothing was changed');
  await after.close();
});

test('is nobody else’s account of that name', async () => {
  await fake.files.write('/srv/pw', 'kettle lantern orbit', 0o600);
  const flags = { name: 'Sam', email: 'sam@example.com', passwordFile: '/srv/pw' };
  expect((await homeauthIn(fake)('user add', [name], flags)).failure).toBeUndefined();
  expect((await verify()).failure).toMatchObject({ code: 'user-name-taken' });
  expect(await left()).toEqual({ account: true, line: false, sessions: 0 });
});
