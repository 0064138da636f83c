import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentOf } from '../fakes/files.ts';
import { homeauthIn, plain } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase } from '../fakes/people.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
const nothing = 'Everything is as it should be; nothing was changed.';

beforeAll(async () => {
  fake = await installed(['whoami']);
});
afterAll(() => fake.close());

const run = (command: Parameters<ReturnType<typeof homeauthIn>>[0], args: readonly unknown[] = [], flags = {}) =>
  homeauthIn(fake)(command, args, flags);
const read = async () => (await fake.files.read(at('homeauth.yaml'))) ?? '';
const write = (text: string) => fake.files.write(at('homeauth.yaml'), text, 0o644);
const whoami = async () => (await databaseOf(fake)).applications.find(({ slug }) => slug === 'whoami');
const title = async () => (await databaseOf(fake)).brands[0]?.['branding_title'];

test('a tile says what homeauth.yaml says, and what that leaves out is its owner’s', async () => {
  const before = await read();
  await write(before.replace('- whoami', '- name: whoami\n    tile: { description: Who you are, group: Tools }'));
  expect(plain((await run('plan')).out)).toContain('description: none → Who you are group: none → Tools');
  expect((await run('apply')).failure).toBeUndefined();
  expect(await whoami()).toMatchObject({ meta_description: 'Who you are', group: 'Tools' });
  expect((await run('apply')).out).toBe(nothing);
  await write((await read()).replace(', group: Tools', ''));
  await inDatabase(fake, ({ applications }) => {
    for (const one of applications)
      if (one.slug === 'whoami') Object.assign(one, { group: 'Mine', meta_description: '' });
  });
  expect((await run('apply')).failure).toBeUndefined();
  expect(await whoami()).toMatchObject({ meta_description: 'Who you are', group: 'Mine' });
  await write(before);
  expect((await run('apply')).out).toBe(nothing);
});

test('the brand has the title of homeauth.yaml, and without one that of the domain', async () => {
  const before = await read();
  expect(await title()).toBe('home.example.com');
  await write(`${before}brand: { title: The Millers }\n`);
  expect((await run('apply')).failure).toBeUndefined();
  expect(await title()).toBe('The Millers');
  expect((await run('apply')).out).toBe(nothing);
  await inDatabase(fake, ({ brands }) => {
    for (const one of brands) one['branding_title'] = 'Somebody';
  });
  expect((await run('apply')).failure).toBeUndefined();
  expect(await title()).toBe('The Millers');
  await write(before);
  expect((await run('apply')).failure).toBeUndefined();
  expect(await title()).toBe('home.example.com');
  expect((await run('apply')).out).toBe(nothing);
});

const png = (mark: number) => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, mark, 0xff, 0x00]);
const put = (path: string, bytes: Buffer) => fake.files.put(path, contentOf(bytes), 0o644);
const media = async () => (await databaseOf(fake)).media ?? {};
const brand = async () => (await databaseOf(fake)).brands[0];

test('pictures of the owner’s are stored in authentik, shown by name, and go with what they are for', async () => {
  const before = await read();
  const was = { ...(await brand()) };
  put('/srv/logo.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'));
  put('/srv/wiki.png', png(1));
  const tile = before.replace('- whoami', '- name: whoami\n    tile: { icon: /srv/wiki.png }');
  await write(`${tile}brand: { logo: /srv/logo.svg, favicon: /srv/wiki.png }\n`);
  expect(await run('apply')).toMatchObject({ code: 0 });
  const names = Object.keys(await media());
  expect(names.toSorted()).toEqual([
    expect.stringMatching(/^homeauth\/logo-[\da-f]{12}\.svg$/),
    expect.stringMatching(/^homeauth\/wiki-[\da-f]{12}\.png$/),
  ]);
  const [logo = '', icon = ''] = names.toSorted();
  expect(Buffer.from((await media())[icon] ?? '', 'base64')).toEqual(png(1));
  expect(await whoami()).toMatchObject({ meta_icon: icon });
  expect(await brand()).toMatchObject({ branding_logo: logo, branding_favicon: icon });
  expect((await run('apply')).out).toBe(nothing);
  // Another picture has another name, and the former one goes.
  put('/srv/wiki.png', png(2));
  expect(await run('apply')).toMatchObject({ code: 0 });
  expect(Object.keys(await media())).toHaveLength(2);
  expect(Object.keys(await media())).not.toContain(icon);
  expect((await run('apply')).out).toBe(nothing);
  // What somebody takes away there comes back.
  await inDatabase(fake, (state) => {
    state.media = {};
  });
  expect(await run('apply')).toMatchObject({ code: 0 });
  expect(Object.keys(await media())).toHaveLength(2);
  await write(before);
  expect(await run('apply')).toMatchObject({ code: 0 });
  expect(await media()).toEqual({});
  expect(await whoami()).toMatchObject({ meta_icon: '' });
  expect(await brand()).toMatchObject({
    branding_logo: was['branding_logo'],
    branding_favicon: was['branding_favicon'],
  });
  expect((await run('apply')).out).toBe(nothing);
});

test.each([
  ['is not there', undefined],
  ['is no picture', Buffer.from('hello')],
  ['is too large', Buffer.concat([png(1), Buffer.alloc(600 * 1024)])],
  ['runs something', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
])('a file that %s is refused before anything is changed', async (_what, bytes) => {
  const before = await read();
  if (bytes) put('/srv/odd.png', bytes);
  else await fake.files.remove('/srv/odd.png');
  await write(before.replace('- whoami', '- name: whoami\n    tile: { icon: /srv/odd.png }'));
  expect((await run('apply')).failure).toMatchObject({ code: 'picture-unusable' });
  await write(before);
  expect((await run('apply')).out).toBe(nothing);
});

describe("an app's own icon", () => {
  /** What the app answers, by path. */
  let pages: Readonly<Record<string, { status?: number; body?: Buffer; location?: string }>> = {};
  const asked: string[] = [];
  const home = async (command: Parameters<typeof run>[0], args: readonly unknown[] = []) => {
    const { http } = fake.world;
    const dial: typeof http.dial = async (request) => {
      if (!request.binary) return http.dial(request);
      const { host, pathname } = new URL(request.url);
      asked.push(host + pathname);
      const { status = 200, body, location } = pages[pathname] ?? { status: 404 };
      const headers = location === undefined ? {} : { location };
      return { status, headers, cookies: [], body: body?.toString('latin1') ?? '' };
    };
    return homeauthIn(fake, { world: { ...fake.world, http: { dial } } })(command, args);
  };
  let before = '';
  beforeAll(async () => {
    before = await read();
    await write(before.replace('- whoami', '- name: whoami\n    tile: { icon: app }'));
  });

  test('one without any is told, with what to do', async () => {
    pages = { '/favicon.ico': { body: Buffer.from('<html>not here</html>') } };
    const { failure } = await home('apply');
    expect(failure).toMatchObject({ code: 'icon-not-found' });
    expect(await media()).toEqual({});
  });

  test('is looked for where its page says, at the app alone, and fetched once', async () => {
    const links = [
      '<link rel="icon" href="/small.png" sizes="16x16">',
      '<link rel="apple-touch-icon" href="https://elsewhere.example.org/a.png">',
      "<link href='static/icon.png?v=1&amp;w=2' sizes=128x128 rel='shortcut icon'>",
    ];
    pages = {
      '/': { status: 302, location: '/login' },
      '/login': { body: Buffer.from(`<html><head>${links.join('')}</head>`) },
      '/static/icon.png': { body: png(7) },
      '/small.png': { body: png(8) },
    };
    asked.length = 0;
    expect(await home('apply')).toMatchObject({ code: 0 });
    const host = 'whoami.home.example.com';
    expect(asked).toEqual([`${host}/`, `${host}/login`, `${host}/static/icon.png`]);
    const [name = ''] = Object.keys(await media());
    expect(Buffer.from((await media())[name] ?? '', 'base64')).toEqual(png(7));
    expect(await whoami()).toMatchObject({ meta_icon: name });
    asked.length = 0;
    expect((await home('apply')).out).toBe(nothing);
    expect(asked).toEqual([]);
  });

  test('goes with the app', async () => {
    expect(await home('remove-app', ['whoami'])).toMatchObject({ code: 0 });
    expect(await media()).toEqual({});
    expect(await fake.files.list(at('.homeauth/icons'))).toBeUndefined();
  });
});
