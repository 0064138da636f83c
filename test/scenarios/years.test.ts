import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ladder } from '../../src/model/release-ladder.ts';
import { type Flags, homeauthIn } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { codeOf, logIn, oldHome, password } from '../fakes/old-home.ts';
import { madeBy } from '../fakes/old-postgres.ts';
import { type Phone, phone } from '../fakes/phone.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../fakes/world.ts';

/*
 * The years of one home, in order: from 2025.2 with PostgreSQL 15, two people with second factors, an icon and three
 * apps, to the newest line, each step broken once on the way, then to another server under another domain.
 */
let fake: FakeWorld;
const phones: Record<string, Phone> = {};
/** Releases that fail after they have changed the database. */
const failing: string[] = [];
let authHost = 'auth.home.example.com';

beforeAll(async () => {
  const { fake: old, app } = await oldHome('2025.2.4');
  const homeauth = homeauthIn(old);
  const anna = phone(old.clock.now);
  for (const ran of [
    await homeauth('add-app', ['wiki'], { upstream: 'wiki:3000' }),
    await homeauth('add-app', ['photos'], { upstream: 'photos:80', mode: 'domain' }),
    await homeauth('user enroll-2fa', ['anna'], {}, [password, anna.scan, 'y']),
  ])
    if (ran.failure) throw ran.failure;
  await madeBy(15, old);
  Object.assign(phones, { helen: app, anna });
  fake = await copyOf(old, { standin: { failing } });
  await old.close();
});
afterAll(() => fake.close());

const { signal } = new AbortController();
const run = (command: Parameters<ReturnType<typeof homeauthIn>>[0], args: readonly unknown[] = [], flags: Flags = {}) =>
  homeauthIn(fake, { signal })(
    command,
    args,
    flags,
    fakeTerminal(['upgrade', 'rotate'].includes(command) ? ['y'] : undefined, { json: true }),
  );

async function ends(code: number, ...given: Parameters<typeof run>) {
  const ran = await run(...given);
  expect({ given, code: ran.code, failure: ran.code === code ? undefined : ran.failure?.message }).toEqual({
    given,
    code,
    failure: undefined,
  });
  return ran;
}

/** Both get in with their old password and a code; the icon and the apps are there, and nothing is to be done. */
async function isWell(): Promise<void> {
  for (const [username, app] of Object.entries(phones)) {
    const asked = await logIn(fake, username, codeOf(fake, app), authHost);
    expect({ username, asked }).toEqual({ username, asked: 1 });
  }
  const icons = await Promise.all(
    ['media', 'data/media'].map((folder) => fake.files.read(at(`${folder}/public/icon.png`))),
  );
  expect(icons.filter((icon) => icon === 'icon')).toHaveLength(1);
  const { apps } = JSON.parse((await run('status')).out);
  expect(apps.map(({ name }: { name: string }) => name)).toEqual(['whoami', 'wiki', 'photos']);
  expect((await run('plan', [], { exitCode: true })).code).toBe(0);
}

const runs = async () => /server:([\d.]+)/.exec((await fake.docker.container('authentik'))?.image ?? '')?.[1];
const releases = ladder.slice(ladder.findIndex(({ line }) => line === '2025.2') + 1).map(({ last }) => last);

test('a copy is made, and restored for a trial', async () => {
  await ends(0, 'backup', [], { plain: true });
  await ends(0, 'backup drill');
  await isWell();
});

test.each(releases)('to %s: broken once, and back with everybody; then made', async (to) => {
  const before = await runs();
  failing.push(to);
  const broken = await run('upgrade', [], { to });
  expect({ code: broken.code, failure: broken.failure?.code }).toEqual({ code: 4, failure: 'upgrade-failed' });
  expect(await runs()).toBe(before);
  await isWell();
  failing.length = 0;
  await ends(0, 'upgrade', [], { to });
  // Many locks were taken, and none of them still waits for Ctrl-C: Node warns of more than ten.
  expect(getEventListeners(signal, 'abort').length).toBeLessThan(3);
  expect(await runs()).toBe(to);
  await isWell();
});

test('PostgreSQL 17 runs, and every secret can be exchanged', async () => {
  expect(await fake.files.read(at('db/PG_VERSION'))).toBe('17\n');
  for (const what of ['database', 'key', 'token']) await ends(0, 'rotate', [what]);
  await isWell();
});

test('on another server, under another domain', async () => {
  const { out } = await ends(0, 'backup', [], { plain: true });
  const from: string = JSON.parse(out).copy.path;
  const path = `/mnt/usb/${from.split('/').at(-1)}`;
  const other = fakeWorld({ clock: fake.clock });
  for (const name of (await fake.files.list(from)) ?? [])
    other.files.put(`${path}/${name}`, (await fake.files.read(`${from}/${name}`)) ?? '', 0o600);
  await fake.close();
  fake = other;
  await ends(0, 'restore', [path], { domain: 'home.example.org' });
  authHost = 'auth.home.example.org';
  await isWell();
});
