import { afterEach, expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import { homeauthIn, initFlags, plain } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

test('where there is nothing it says so, and where it looked', async () => {
  fake = fakeWorld();
  const before = fake.files.snapshot();
  const ran = await homeauthIn(fake)('uninstall', [], { confirm: 'home.example.com' });
  expect(ran.code).toBe(0);
  expect(plain(ran.out)).toContain('nothing of homeauth on this server to remove: no /etc/');
  const json = await homeauthIn(fake)('uninstall', [], {}, { json: true });
  expect([json.code, JSON.parse(json.out)]).toMatchObject([0, { ok: true, changes: [] }]);
  expect(fake.files.snapshot()).toEqual(before);
});

test('a signpost that leads nowhere, or a file that was named, is no empty server', async () => {
  fake = fakeWorld();
  const named = await homeauthIn(fake)('uninstall', [], { config: '/srv/homeauth.yaml' });
  expect([named.code, named.failure?.code]).toEqual([2, 'config-missing']);
  fake.files.put('/etc/homeauth/location', '/srv/docker/authentik/homeauth.yaml\n');
  const lost = await homeauthIn(fake)('uninstall');
  expect([lost.code, lost.failure?.code]).toEqual([2, 'config-missing']);
});

test('a folder that was there before homeauth stays with the data in it, and that is told', async () => {
  fake = fakeWorld();
  await fake.files.makeDirectory(at('db'), 0o755, { uid: 0, gid: 0 });
  expect((await homeauthIn(fake)('init', [], initFlags)).failure).toBeUndefined();
  const confirm = 'home.example.com';
  const dry = await homeauthIn(fake)('uninstall', [], { confirm, dryRun: true });
  expect(plain(dry.out)).toContain(`Stays, because it was there before homeauth, with all that is in it: ${at('db')}`);
  expect(dry.out).toMatch(/^ {2}· folder +authentik\/db$/m);
  const ran = await homeauthIn(fake)('uninstall', [], { confirm });
  expect(plain(ran.out)).toContain(`Left, because it was there before homeauth, with all that is in it: ${at('db')}`);
  expect(await fake.files.read(at('db/PG_VERSION'))).toBe('17\n');
  expect(await fake.files.stat(at('db'))).toMatchObject({ mode: 0o755, owner: { uid: 0, gid: 0 } });
});

test('what would go is shown as it is asked for, without ids, and the same where the data goes', async () => {
  fake = await installed(['whoami']);
  const dry = await homeauthIn(fake)('uninstall', [], { dryRun: true });
  expect(dry.out).not.toMatch(/\w:\/|no longer wanted|container:/);
  expect(dry.out).toMatch(/^This would be removed. What has a · stays:$/m);
  expect(dry.out).toMatch(/^ {2}- containers whoami {2}caddy/m);
  expect(plain(dry.out)).toContain('homeauth uninstall --dry-run --confirm home.example.com');
  const asked = await homeauthIn(fake)('uninstall', [], {}, ['', 'n']);
  const rows = (text: string) => text.split('\n').filter((line) => /^ {2}[-·] /.test(line));
  expect([asked.code, rows(asked.err)]).toEqual([3, rows(dry.out)]);
  const all = await homeauthIn(fake)('uninstall', [], { dryRun: true, confirm: 'home.example.com' });
  expect(all.out).not.toContain('--dry-run');
  expect(rows(all.out).some((line) => line.startsWith('  ·'))).toBe(false);
});

test('a lost key to authentik names the way through its web page', async () => {
  fake = await installed();
  const path = at('.homeauth/token.env');
  await fake.files.remove(path);
  const { failure } = await homeauthIn(fake)('apply');
  expect(failure?.code).toBe('token-lost');
  expect(textOf(failure?.fix ?? '')).toContain('https://auth.home.example.com');
  expect(textOf(failure?.fix ?? '')).toContain(`install -m 600 /dev/null ${path}`);
  const identifier = 'homeauth';
  const store = [...fake.docker.databases.values()][0]?.store;
  const key = (await store?.read())?.tokens.find((token) => token.identifier === identifier)?.key;
  fake.files.put(path, `HOMEAUTH_TOKEN=${key}\n`, 0o600);
  expect((await homeauthIn(fake)('apply')).out).toBe('Everything is as it should be; nothing was changed.');
});

test('what a later release added goes, too, although what came before it is on it', async () => {
  fake = await installed();
  const path = at('.homeauth/ledger.json');
  const { version, made } = JSON.parse((await fake.files.read(path)) ?? '');
  const isNew = ({ id }: { id: string }) => id === 'network:authentik_proxy';
  const late = [...made.filter((line: { id: string }) => !isNew(line)), ...made.filter(isNew)];
  fake.files.put(path, JSON.stringify({ version, made: late }), 0o600);
  const { out, err } = await homeauthIn(fake)('uninstall');
  expect(plain(out + err)).not.toContain('network authentik_proxy kept');
  expect([...fake.docker.networks.keys()].filter((name) => name.startsWith('authentik'))).toEqual([]);
});

test('what a restore put aside and a rotation noted goes with the data', async () => {
  fake = await installed();
  await fake.files.makeDirectory(at('before-restore-2026-11-29T160500Z'), 0o700, { uid: 0, gid: 0 });
  fake.files.put(at('before-restore-2026-11-29T160500Z/container-vars.env'), 'POSTGRES_PASSWORD=former', 0o600);
  fake.files.put(at('.homeauth/rotation-database.env'), 'POSTGRES_PASSWORD=coming', 0o600);
  const kept = await homeauthIn(fake)('uninstall', [], { confirm: 'home.example.com', dryRun: true });
  expect(kept.failure).toBeUndefined();
  expect(await fake.files.stat(at('.homeauth/rotation-database.env'))).toBeDefined();
  expect((await homeauthIn(fake)('uninstall', [], { confirm: 'home.example.com' })).failure).toBeUndefined();
  expect(await fake.files.stat(at(''))).toBeUndefined();
});
