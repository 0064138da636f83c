import { afterAll, beforeAll, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase } from '../fakes/people.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
const nothing = 'Everything is as it should be; nothing was changed.';
const plain = (text: unknown) => [text].flat().join(' ').replace(/\s+/g, ' ');

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
