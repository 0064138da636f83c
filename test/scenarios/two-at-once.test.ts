import { afterEach, beforeEach, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { objectsIn } from '../fakes/objects.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
beforeEach(async () => {
  fake = await installed();
});
afterEach(() => fake.close());

const config = () => fake.files.read(at('homeauth.yaml'));
const isRight = async () => {
  expect((await homeauthIn(fake)('plan')).out).toMatch(/^Nothing to change/);
};

test('eight add-app at once: all eight are there, each once', async () => {
  const names = ['wiki', 'photos', 'music', 'books', 'mail', 'tasks', 'notes', 'feeds'];
  const all = await Promise.all(names.map((name) => homeauthIn(fake)('add-app', [name], { upstream: `${name}:80` })));
  expect(all.map(({ failure }) => failure)).toEqual(names.map(() => undefined));
  const text = (await config()) ?? '';
  expect(names.filter((name) => text.split(`name: ${name}\n`).length === 2)).toEqual(names);
  const { providers, applications, served } = await objectsIn(fake);
  expect(providers.toSorted()).toEqual(['Home forward auth', ...names].toSorted());
  expect(applications.toSorted()).toEqual(['home', ...names].toSorted());
  expect(served.toSorted()).toEqual(['Home forward auth', ...names].toSorted());
  await isRight();
});

test('apply beside add-app does not undo it', async () => {
  const homeauth = homeauthIn(fake);
  const runs = await Promise.all([homeauth('add-app', ['whoami']), homeauth('apply'), homeauth('init', [], initFlags)]);
  expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined]);
  expect(await config()).toContain('whoami');
  await isRight();
});

test('one app added while another is removed, and the same app twice', async () => {
  const homeauth = homeauthIn(fake);
  await homeauth('add-app', ['wiki'], { upstream: 'wiki:80' });
  const runs = await Promise.all([
    homeauth('add-app', ['notes'], { upstream: 'notes:80' }),
    homeauth('remove-app', ['wiki']),
    homeauth('add-app', ['notes'], { upstream: 'notes:80' }),
    homeauth('add-app', ['notes'], { upstream: 'other:80' }),
    homeauth('remove-app', ['wiki']),
  ]);
  // Of those that differ about "notes", whichever came first has it; the other is told so. So is who comes too late.
  const [first, gone, again, other, late] = runs.map(({ failure }) => failure?.code);
  expect([undefined, 'app-exists']).toContain(other);
  expect([first, again]).toEqual(other ? [undefined, undefined] : ['app-exists', 'app-exists']);
  expect([gone, late]).toContain(undefined);
  expect([undefined, 'app-unknown']).toContain(gone ?? late);
  expect((await config())?.match(/- name: /g)).toHaveLength(1);
  expect(await config()).not.toContain('wiki');
  await isRight();
});

test('two init at once: one sets up, the other finds it done', async () => {
  await fake.close();
  fake = fakeWorld();
  const homeauth = homeauthIn(fake);
  const runs = await Promise.all([homeauth('init', [], initFlags), homeauth('init', [], initFlags)]);
  expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined]);
  const { users, tokens } = await objectsIn(fake);
  expect(users.filter((name) => name === 'helen')).toHaveLength(1);
  expect(tokens).toEqual(['homeauth']);
  await isRight();
});

test('two init at once that differ: the later one is told', async () => {
  await fake.close();
  fake = fakeWorld();
  const homeauth = homeauthIn(fake);
  const other = { ...initFlags, domain: 'other.example.com' };
  const runs = await Promise.all([homeauth('init', [], initFlags), homeauth('init', [], other)]);
  expect(runs.flatMap(({ failure }) => (failure ? [failure.code] : []))).toEqual(['already-set-up']);
  await isRight();
});
