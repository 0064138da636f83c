import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Flags } from '../fakes/homeauth.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
beforeEach(async () => {
  fake = await installed();
});
afterEach(() => fake.close());

const rescue = (user: string | undefined, flags: Flags = {}, answers: readonly string[] = ['y']) =>
  homeauthIn(fake, { env: { SUDO_USER: 'helen' } })('rescue', user === undefined ? [] : [user], flags, answers);
const log = () => fake.files.read(at('.homeauth/rescue.log'));
const good = 'kettle lantern orbit';

test('a link logs in once, with the proxy down and the token gone', async () => {
  await fake.docker.remove('caddy');
  await fake.files.remove(at('.homeauth/token.env'));
  const { out, failure } = await rescue(undefined, { link: true });
  expect(failure).toBeUndefined();
  expect(out).toMatch(/^ {2}https:\/\/auth\.home\.example\.com\/recovery\/use-token\/\w+\/$/m);
  expect(out).toContain('ssh -N -L 9000:127.0.0.1:');
  const path = /http:\/\/localhost:9000(\S+)/.exec(out)?.[1] ?? '';
  const via = await fake.docker.dialAddress('authentik', 9000);
  const open = () => fake.world.http.dial({ url: `http://localhost:9000${path}`, ...(via && { via }) });
  const { status, headers, cookies } = await open();
  expect([status, headers['location']]).toEqual([302, '/if/user/']);
  expect(cookies.join()).toContain('authentik_session=');
  expect((await open()).status).toBe(404);
  expect(await log()).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z link for helen, by helen\n$/);
  expect((await fake.files.stat(at('.homeauth/rescue.log')))?.mode).toBe(0o600);
});

test('a new password, also for a disabled account, and never in an argument or the log', async () => {
  await inDatabase(fake, ({ users }) =>
    Object.assign(users.find(({ username }) => username === 'helen') ?? {}, { is_active: false }),
  );
  const seen: unknown[] = [];
  const { docker } = fake.world;
  const watched = {
    ...docker,
    exec: (...args: Parameters<typeof docker.exec>) => {
      seen.push(args[1]);
      return docker.exec(...args);
    },
  };
  const { out, err, failure } = await homeauthIn(fake, { world: { ...fake.world, docker: watched } })(
    'rescue',
    ['helen'],
    { passwordStdin: true },
    fakeTerminal(['y'], { stdin: good }),
  );
  expect(failure).toBeUndefined();
  expect(err).toContain('helen is disabled, and is enabled again.');
  expect((await visit(fake, 'helen', good)).status).toBe(200);
  expect(seen).toHaveLength(2);
  for (const text of [JSON.stringify(seen), out, err, await log()]) expect(text).not.toContain(good);
});

test('the second factor of one person, and only theirs', async () => {
  const device = { kind: 'totp', name: 'x', confirmed: true, created: 0, last_updated: 0, last_used: null };
  await inDatabase(fake, (state) => {
    const pk = state.users.find(({ username }) => username === 'helen')?.pk;
    state.devices.push({ ...device, pk: 1, user: pk } as never, { ...device, pk: 2, user: 99 } as never);
  });
  expect((await rescue('helen', { secondFactor: true })).out).toContain('no second factor any more (1 removed)');
  expect((await databaseOf(fake)).devices.map(({ pk }) => pk)).toEqual([2]);
  expect((await rescue('helen', { secondFactor: true })).out).toContain('(0 removed)');
  expect(await log()).toMatch(/second-factor for helen.*\n.*second-factor for helen/);
});

test('takes one way in at a time', async () => {
  const both = await rescue('helen', { secondFactor: true, link: true }, ['y']);
  expect(both.failure).toMatchObject({ code: 'flag-invalid' });
  expect(await log()).toBeUndefined();
});

test('asks what is needed, and nothing is done or logged without a yes', async () => {
  expect((await rescue(undefined, {}, ['a link that logs in once', 'n'])).code).toBe(3);
  expect(await log()).toBeUndefined();
  const { failure } = await homeauthIn(fake)('rescue', [], { link: true });
  expect(failure?.code).toBe('nobody-to-ask');
});

test('refuses whoever is not root, a stranger, and says what is down', async () => {
  const host = { ...fake.world.host, uid: 1000 };
  const user = await homeauthIn(fake, { world: { ...fake.world, host } })('rescue', []);
  expect(user.failure).toMatchObject({ code: 'not-root', fix: 'sudo homeauth rescue' });
  expect((await rescue('helne')).failure).toMatchObject({
    code: 'user-unknown',
    fix: 'Did you mean: homeauth rescue helen',
  });
  expect((await rescue('homeauth')).failure?.code).toBe('user-unknown');
  expect((await rescue('akadmin', { link: true })).failure).toBeUndefined();
  // The server is down: the worker has the same command line.
  const { docker } = fake.world;
  const deaf = { ...docker, exec: async () => ({ code: 1, stdout: '', stderr: 'connection refused' }) };
  const down = await homeauthIn(fake, { world: { ...fake.world, docker: deaf } })('rescue', ['helen'], { link: true });
  expect(down.failure).toMatchObject({ code: 'rescue-failed', details: 'connection refused' });
});

test('the worker does it where the server is down', async () => {
  await fake.docker.remove('authentik');
  expect((await rescue('helen', { link: true })).out).toMatch(/use-token/);
});

test('an administrator who is none any more is told how to become one', async () => {
  await inDatabase(fake, ({ groups }) => {
    for (const group of groups) group.users = [];
  });
  const { out } = await rescue('helen', { link: true });
  expect(out.replace(/\n +/g, ' ')).toContain(
    'helen is no administrator: docker exec authentik ak create_admin_group helen',
  );
});

test('its log stays with the data, and goes with the data', async () => {
  await rescue('helen', { link: true });
  const there = { config: at('homeauth.yaml') };
  expect((await homeauthIn(fake)('plan')).out).toMatch(/^Nothing to change/);
  expect((await homeauthIn(fake)('uninstall')).failure).toBeUndefined();
  expect(await log()).toContain('link for helen');
  expect((await homeauthIn(fake)('uninstall', [], { ...there, confirm: 'home.example.com' })).failure).toBeUndefined();
  expect(await log()).toBeUndefined();
  expect(await fake.files.stat('/srv/docker/authentik')).toBeUndefined();
});
