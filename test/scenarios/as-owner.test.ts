import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpRequest } from '../../src/world/world.ts';
import type { MemoryFiles } from '../fakes/files.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
const plain = (text: unknown) => [text].flat().join(' ').replace(/\s+/g, ' ');
const app = 'https://miniflux.home.example.com';

beforeAll(async () => {
  fake = await installed(['whoami']);
  const flags = { upstream: 'whoami:80', login: 'oidc' };
  expect((await homeauthIn(fake)('add-app', ['miniflux'], flags)).failure).toBeUndefined();
  // The one that homeauth made for them.
  const made = (await fake.files.read(at('.homeauth/admin-password'))) ?? '';
  (fake.files as MemoryFiles).put('/root/pw', `${made.trim()}\n`, 0o600);
  (fake.files as MemoryFiles).put('/root/wrong', 'kettle\n', 0o600);
});
afterAll(() => fake.close());

/** Accounts that the app has made, by what it was told of them. */
const accounts: string[] = [];
let refusesAll = false;

/** An app as its library writes one: it asks authentik, exchanges the code, and reads who that is. */
async function answer(request: HttpRequest) {
  const { dial } = fake.world.http;
  const env = (await fake.files.read(at('.homeauth/apps/miniflux.env'))) ?? '';
  const [, id = '', secret = ''] = /^CLIENT_ID=(.+)\nCLIENT_SECRET=(.+)\n/.exec(env) ?? [];
  const url = new URL(request.url);
  const to = (location: string) => ({ status: 302, headers: { location }, cookies: [], body: '' });
  const page = (status: number, title: string) => ({
    status,
    headers: {},
    cookies: [],
    body: `<html><title>${title}</title></html>`,
  });
  const back = `${app}/oauth2/oidc/callback`;
  const auth = 'https://auth.home.example.com/application/o';
  if (url.pathname === '/oauth2/oidc/redirect') {
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: id, redirect_uri: back, scope: 'openid profile email', state: 's' },
    });
    return to(`${auth}/authorize/?${query}`);
  }
  if (url.pathname === '/oauth2/oidc/callback') {
    if (refusesAll) return to(`${app}/login`);
    const { via } = request;
    const form = { grant_type: 'authorization_code', code: url.searchParams.get('code') ?? '', redirect_uri: back };
    const tokens = await dial({
      url: `${auth}/token/`,
      method: 'POST',
      ...(via && { via }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...form, client_id: id, client_secret: secret }).toString(),
    });
    const token = JSON.parse(tokens.body).id_token as string;
    accounts.push(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).preferred_username);
    return to(`${app}/unread`);
  }
  return page(200, url.pathname === '/unread' ? 'Unread (0)' : 'Sign in');
}

async function asOwner(flags: object, keys?: Parameters<typeof fakeTerminal>[0], name?: string) {
  const { http } = fake.world;
  const dial: typeof http.dial = (request) =>
    request.url.startsWith(`${app}/`) && request.binary === undefined ? answer(request) : http.dial(request);
  const world = { ...fake.world, http: { dial } };
  return homeauthIn(fake, { world })('verify', [name], { asOwner: true, ...flags }, fakeTerminal(keys));
}

test('the owner gets all the way in, and the app has an account of theirs', async () => {
  const { failure, code, out } = await asOwner({ adminPasswordFile: '/root/pw' }, undefined, 'miniflux');
  expect(failure).toBeUndefined();
  expect(plain(out)).toContain('helen gets into miniflux 200 /unread "Unread (0)"');
  expect(code).toBe(0);
  expect(accounts).toEqual(['helen']);
  expect(out).not.toContain('whoami');
});

test('an app that sends them back is told, with what it showed', async () => {
  refusesAll = true;
  const { code, out } = await asOwner({ adminPasswordFile: '/root/pw' }, undefined, 'miniflux');
  refusesAll = false;
  expect(code).toBe(4);
  expect(plain(out)).toContain('miniflux sends helen back to its own login, although authentik let them in');
  expect(plain(out)).toContain('It showed: 200 /login "Sign in"');
});

test('without a password, or a name, nobody is logged in', async () => {
  await fake.files.remove(at('.homeauth/admin-password'));
  expect((await asOwner({}, undefined, 'miniflux')).failure).toMatchObject({ code: 'answer-missing' });
  expect((await asOwner({ adminPasswordFile: '/root/pw' })).failure).toMatchObject({ code: 'answer-missing' });
  const wrong = await asOwner({ adminPasswordFile: '/root/wrong' }, undefined, 'miniflux');
  expect(wrong.code).toBe(4);
  expect(plain(wrong.out)).toContain('password');
});
