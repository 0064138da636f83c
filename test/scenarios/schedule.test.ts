import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';
import { temporary } from '../temporary.ts';

const run = promisify(execFile);
const folder = '/etc/systemd/system';
const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudel5gvqssv9cx';
let first: FakeWorld;
let fake: FakeWorld;
/** What systemd was told. */
let told: string[];
let homeauth: ReturnType<typeof homeauthIn>;

beforeAll(async () => {
  first = await installed();
});
afterAll(() => first.close());
beforeEach(async () => {
  fake = await copyOf(first);
  told = [];
  const systemctl = async (args: readonly string[]) => {
    told.push(args.join(' '));
    return { code: 0, stdout: '', stderr: '' };
  };
  homeauth = homeauthIn(fake, { world: { ...fake.world, host: { ...fake.world.host, systemctl } } });
  fake.files.put(`${folder}/ssh.service`, 'theirs');
  fake.files.put('/run/systemd/system/x', '');
  await says('backup: { plain: true }');
});
afterEach(() => fake.close());

const says = async (line: string) =>
  fake.files.write(at('homeauth.yaml'), `${await first.files.read(at('homeauth.yaml'))}${line}\n`, 0o644);
const units = async () =>
  ((await fake.files.list(folder)) ?? []).filter((name) => name.startsWith('homeauth-')).toSorted();
const six = ['backup', 'doctor', 'drill'].flatMap((name) => [`homeauth-${name}.service`, `homeauth-${name}.timer`]);

test('installs timers for backup, doctor and drill, and takes them away again', async () => {
  expect(await homeauth('schedule')).toMatchObject({ code: 0, out: expect.stringContaining('backup, doctor, drill') });
  expect(await units()).toEqual(six);
  expect(told).toEqual([
    'daemon-reload',
    'enable --now homeauth-backup.timer homeauth-doctor.timer homeauth-drill.timer',
  ]);
  expect(await homeauth('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
  expect(await homeauth('schedule', [], { off: true })).toMatchObject({ code: 0 });
  expect(await units()).toEqual([]);
  expect(told).toContain('disable --now homeauth-drill.timer');
  expect(await fake.files.read(`${folder}/ssh.service`)).toBe('theirs');
});

test('uninstall takes them away, too', async () => {
  await homeauth('schedule');
  expect(await homeauth('uninstall')).toMatchObject({ code: 0 });
  expect(await units()).toEqual([]);
});

test("systemd's own program finds nothing wrong with the units", async () => {
  const { out } = await homeauth('schedule', [], { dryRun: true }, { json: true });
  expect(await units()).toEqual([]);
  const place = await temporary();
  const program = join(place, 'bin');
  await mkdir(program);
  await writeFile(join(program, 'node'), '#!/bin/sh\n');
  await chmod(join(program, 'node'), 0o755);
  const all = Object.entries(JSON.parse(out).units as Record<string, string>);
  expect(all).toHaveLength(6);
  for (const [path, text] of all)
    await writeFile(join(place, basename(path)), text.replaceAll('/usr/bin/node', join(program, 'node')));
  const env = { ...process.env, SYSTEMD_UNIT_PATH: `${place}:/lib/systemd/system` };
  const { stderr } = await run('systemd-analyze', ['verify', ...all.map(([path]) => join(place, basename(path)))], {
    env,
  });
  expect(stderr.split('\n').filter((line) => line.includes('homeauth'))).toEqual([]);
  const broken = join(place, 'homeauth-backup.timer');
  await writeFile(broken, '[Timer]\nOnCalendar=never\n');
  const wrong = await run('systemd-analyze', ['verify', broken], { env }).catch((error: { stderr: string }) => error);
  expect(wrong.stderr).toContain('homeauth-backup.timer');
});

test('lines for cron where there is no systemd', async () => {
  await fake.files.removeTree('/run/systemd');
  const { code, out } = await homeauth('schedule');
  expect(code).toBe(0);
  expect(out.split('\n').map((line) => line.slice(0, 10))).toEqual(['17 3 * * *', '3 7 * * * ', '31 4 1 * *']);
  expect(out).toContain('/usr/bin/node /usr/local/bin/homeauth backup --config /srv/docker/authentik/homeauth.yaml');
  expect(await units()).toEqual([]);
});

test('encrypted copies are drilled only with a key that is here', async () => {
  await says(`backup: { recipients: [${recipient}] }`);
  expect((await homeauth('schedule')).out.replace(/\s+/g, ' ')).toContain('No drill: copies are encrypted');
  expect(await units()).toEqual(six.slice(0, 4));
  fake.files.put('/root/key.txt', 'x', 0o600);
  await homeauth('schedule', [], { identity: '/root/key.txt' });
  expect(await fake.files.read(`${folder}/homeauth-drill.service`)).toContain('"--identity" "/root/key.txt"');
  // And without it again, the former unit goes.
  await homeauth('schedule');
  expect(await units()).toEqual(six.slice(0, 4));
});

test('refuses where a copy could not be made at night, where a unit is somebody else’s, and what systemd refuses', async () => {
  await says('');
  expect((await homeauth('schedule')).failure?.code).toBe('backup-plain');
  await says('backup: { plain: true }');
  fake.files.put(`${folder}/homeauth-backup.timer`, 'theirs');
  expect((await homeauth('schedule')).failure?.code).toBe('unit-taken');
  expect(await fake.files.read(`${folder}/homeauth-backup.timer`)).toBe('theirs');
  await fake.files.remove(`${folder}/homeauth-backup.timer`);
  const systemctl = async () => ({ code: 1, stdout: '', stderr: 'Unit is masked.' });
  const masked = homeauthIn(fake, { world: { ...fake.world, host: { ...fake.world.host, systemctl } } });
  expect((await masked('schedule')).failure).toMatchObject({ code: 'systemd-failed', details: 'Unit is masked.' });
});

test('a service without its timer stops nothing: a run that was cut off is finished, and taken back', async () => {
  const systemctl = async (args: readonly string[]) => {
    const [verb, , ...timers] = args;
    const all = await Promise.all(timers.map((timer) => fake.files.stat(`${folder}/${timer}`)));
    const isThere = verb === 'daemon-reload' || all.every(Boolean);
    return { code: isThere ? 0 : 1, stdout: '', stderr: isThere ? '' : 'Unit file does not exist.' };
  };
  const real = homeauthIn(fake, { world: { ...fake.world, host: { ...fake.world.host, systemctl } } });
  const cut = async () => {
    expect(await real('schedule')).toMatchObject({ code: 0 });
    expect(await units()).toEqual(six);
    await fake.files.remove(`${folder}/homeauth-backup.timer`);
  };
  await cut();
  await cut();
  expect(await real('schedule', [], { off: true })).toMatchObject({ code: 0 });
  expect(await units()).toEqual([]);
  await cut();
  expect(await real('uninstall')).toMatchObject({ code: 0 });
  expect(await units()).toEqual([]);
});

test('a timer goes last: what is left by a cut can be disabled', async () => {
  await homeauth('schedule');
  const removed: string[] = [];
  const remove = (path: string) => {
    removed.push(basename(path));
    return fake.files.remove(path);
  };
  const systemctl = async () => ({ code: 0, stdout: '', stderr: '' });
  const world = { ...fake.world, files: { ...fake.world.files, remove }, host: { ...fake.world.host, systemctl } };
  await homeauthIn(fake, { world })('schedule', [], { off: true });
  expect(removed.filter((name) => name.startsWith('homeauth-'))).toEqual(six);
});

test('root is given nothing to run at night that others may write', async () => {
  const program = ['/opt/node/bin/node', '/opt/homeauth/bin/homeauth.js'] as const;
  const theirs = { uid: 1000, gid: 1000 };
  for (const path of [...program, '/opt/homeauth/dist/start.cjs']) fake.files.put(path, '', 0o755);
  const host = { ...fake.world.host, program, systemctl: async () => ({ code: 0, stdout: '', stderr: '' }) };
  const there = homeauthIn(fake, { world: { ...fake.world, host } });
  for (const path of ['/opt/node/bin', program[1], '/opt/homeauth', '/opt/homeauth/dist']) {
    await fake.files.setAccess(path, 0o755, theirs);
    const { failure } = await there('schedule');
    expect(failure).toMatchObject({ code: 'untrusted-path', problem: expect.stringContaining(path) });
    expect(textOf(failure?.fix ?? '')).toContain('npm install -g');
    await fake.files.setAccess(path, 0o755, { uid: 0, gid: 0 });
  }
  expect(await units()).toEqual([]);
  expect(await there('schedule')).toMatchObject({ code: 0 });
  expect(await units()).toEqual(six);
});
