import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandName } from '../../src/cli.ts';
import { buildCli } from '../../src/cli.ts';
import type { Flags } from '../fakes/homeauth.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, changeConfig } from '../fakes/installed.ts';
import { inDatabase } from '../fakes/people.ts';
import { populated } from '../fakes/populated.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';
import { compiled, programDirectory } from '../program.ts';
import { device } from '../standin/drive-flows.ts';

describe('beside another homeauth, with --wait 0', () => {
  const lines: readonly [command: CommandName, args: readonly string[], flags?: Flags, keys?: readonly string[]][] = [
    ['init', [], { ...initFlags, config: at('homeauth.yaml') }],
    ['add-app', ['wiki'], { upstream: 'wiki:80' }],
    ['protect', ['photos.home.example.com'], {}],
    ['remove-app', ['whoami']],
    ['app', ['notes'], { onlySso: false }],
    ['apply', []],
    ['uninstall', [], { config: at('homeauth.yaml') }],
    ['explain', ['anna', 'whoami'], { endSessions: true }],
    ['verify', [], { asOutsider: true }],
    ['rescue', ['helen'], { secondFactor: true }, ['y']],
    ['user add', ['ben'], { name: 'Ben', email: 'ben@example.com', link: true }],
    ['user groups', ['anna'], { add: ['family'] }],
    ['user password', ['anna'], { passwordFile: '/root/pw' }],
    ['user reset', ['anna'], { print: true }],
    ['user invite', []],
    ['user invites', [], { revoke: 'x' }],
    ['user disable', ['anna'], {}, ['y']],
    ['user enable', ['anna']],
    ['user unlock', ['anna']],
    ['user remove', ['anna'], {}, ['y']],
    ['user reset-2fa', ['anna'], {}, ['y']],
    ['backup', [], { plain: true }],
    ['backup prune', [], { keep: '1d' }],
    ['backup drill', []],
    ['rotate', ['token']],
    ['rotate app', ['notes']],
    ['schedule', [], { off: true }],
    ['upgrade', [], { to: '2026.8.7' }, ['y']],
    ['restore', ['its copy'], { confirm: 'home.example.com' }],
  ];
  let base: FakeWorld;
  let copy: string;
  beforeAll(async () => {
    base = await populated();
    await inDatabase(base, (state) => {
      const anna = state.users.find(({ username }) => username === 'anna')?.pk ?? 0;
      state.devices.push(device('static', 1, anna));
      state.sessions['x'] = { uuid: 'x', user: anna, csrf: '', ip: '192.0.2.7', userAgent: '', lastUsed: Date.now() };
    });
    const caddyfile = '/srv/docker/caddy/etc/Caddyfile';
    const sites = (await base.files.read(caddyfile)) ?? '';
    await base.files.write(caddyfile, `photos.home.example.com {\n\trespond 1\n}\n${sites}`, 0o644);
    await base.docker.exec('caddy', ['caddy', 'reload']);
    const app =
      '  - { name: notes, upstream: "notes:80", login: oidc, oidc: { redirect-uris: [{ url: "https://{host}/cb" }] } }';
    await changeConfig(base.files, (yaml) => yaml.replace('apps:\n', `apps:\n${app}\n`));
    const made = await homeauthIn(base)('backup', [], { plain: true }, { json: true });
    copy = JSON.parse(made.out).copy.name;
  });
  afterAll(() => base.close());

  test('the flag is there for all that are tried here', () => {
    const names: string[] = [];
    const see = (parent: ReturnType<typeof buildCli>, above = ''): void => {
      for (const one of parent.commands) {
        if (one.options.some(({ long }) => long === '--wait')) names.push(above + one.name());
        see(one, `${above}${one.name()} `);
      }
    };
    see(buildCli('0', [], async () => {}));
    expect(names.toSorted()).toEqual(lines.map(([name]) => name).toSorted());
  });

  test.each(lines)('%s is told who is at work, and changes nothing', async (command, args, flags, keys) => {
    const fake = await copyOf(base);
    const since = '2026-11-28T08:00:00Z';
    await fake.world.locks.take(at(''), { pid: 7, command: 'apply', since });
    const { failure } = await homeauthIn(fake, { patience: 0 })(
      command,
      args.map((arg) => (arg === 'its copy' ? copy : arg)),
      flags,
      keys,
    );
    expect(failure?.code).toBe('locked');
    expect(failure?.problem).toBe(
      'homeauth apply (process 7, since 2026-11-28T08:00:00Z) is already working on this installation.',
    );
    await fake.close();
  });
});

describe('a wait', () => {
  let base: FakeWorld;
  beforeAll(async () => {
    base = await populated();
    const since = '2026-11-28T08:00:00Z';
    await base.world.locks.take(at(''), { pid: 7, command: 'apply', since });
  });
  afterAll(() => base.close());

  test('ends with Ctrl-C at once, before anything is changed', async () => {
    const controller = new AbortController();
    const clock = { now: () => 0, sleep: () => new Promise<void>(() => {}) };
    const homeauth = homeauthIn(base, { world: { ...base.world, clock }, signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    const { code, failure } = await homeauth('user invite');
    expect(failure?.code).toBe('interrupted');
    expect(code).toBe(130);
  });

  test('for one that does not say who it is', async () => {
    const locks = { take: async () => ({ heldBy: undefined }) };
    const homeauth = homeauthIn(base, { world: { ...base.world, locks }, patience: 0 });
    const { failure } = await homeauth('user invite');
    expect(failure?.problem).toBe('another homeauth is already working on this installation.');
  });
});

/** By the files that the kernel says it has open. */
const looksAtLock = async (pid = 0): Promise<boolean> => {
  const open = await readdir(`/proc/${pid}/fd`);
  const paths = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return paths.some((path) => path.endsWith('.lock'));
};

describe('two processes', () => {
  let program: string;
  let place: string;
  let holder: ChildProcess;
  beforeAll(async () => {
    program = await programDirectory();
    // A temporary directory is no place for an installation.
    const cache = join(import.meta.dirname, '../../.cache');
    await mkdir(cache, { recursive: true });
    place = await realpath(await mkdtemp(join(cache, 'waiting-')));
    await mkdir(join(place, 'authentik'));
    await writeFile(
      join(place, 'authentik/homeauth.yaml'),
      `domain: home.example.com\nbase-dir: ${place}\nadmin: { username: helen, name: Helen, email: helen@example.com }\nauthentik: { version: 2026.8.6 }\n`,
    );
    const script = `import { systemLocks } from './src/world/locks.ts';
      await systemLocks.take(${JSON.stringify(join(place, 'authentik'))}, { pid: process.pid, command: 'apply', since: '2026-11-28T12:00:00.000Z' });
      process.stdin.once('data', () => process.exit());
      process.stdout.write('held');`;
    holder = spawn(process.execPath, [await compiled(script, join(place, 'holder'))]);
    await once(holder.stdout as NonNullable<typeof holder.stdout>, 'data');
  });
  afterAll(async () => {
    holder.kill();
    await Promise.all([program, place].map((path) => rm(path, { recursive: true })));
  });
  const uninstall = (...flags: readonly string[]) =>
    promisify(execFile)(
      join(program, 'homeauth'),
      ['uninstall', '--yes', '--json', '--config', join(place, 'authentik/homeauth.yaml'), ...flags],
      { cwd: place, env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' } },
    ).then(
      ({ stdout }) => ({ code: 0, said: JSON.parse(stdout) }),
      ({ code, stdout }) => ({ code, said: JSON.parse(stdout) }),
    );

  test('--wait 0 does not wait for the other', async () => {
    const { code, said } = await uninstall('--wait', '0');
    expect(code).toBe(2);
    expect(said.error.code).toBe('locked');
    expect(said.error.problem).toBe(
      `homeauth apply (process ${holder.pid}, since 2026-11-28T12:00:00.000Z) is already working on this installation.`,
    );
  });

  test('Ctrl-C while it waits ends it at once', async () => {
    const flags = ['uninstall', '--yes', '--json', '--config', join(place, 'authentik/homeauth.yaml')];
    const waiter = spawn(join(program, 'homeauth'), flags, {
      cwd: place,
      env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    });
    let out = '';
    waiter.stdout.on('data', (part) => {
      out += part;
    });
    while (!(await looksAtLock(waiter.pid))) await new Promise((done) => setTimeout(done, 2));
    const pressed = performance.now();
    waiter.kill('SIGINT');
    const [code] = await once(waiter, 'close');
    // It would wait for minutes.
    expect(performance.now() - pressed).toBeLessThan(30_000);
    expect(code).toBe(130);
    expect(JSON.parse(out).error.code).toBe('interrupted');
  });

  test('--wait 1 waits until it is through, and says so where nobody watches', async () => {
    const file = join(place, 'authentik/homeauth.yaml');
    const running = promisify(execFile)(
      join(program, 'homeauth'),
      ['uninstall', '--yes', '--json', '--config', file, '--wait', '1'],
      { cwd: place, env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' } },
    );
    const [said] = await once(running.child.stderr as NonNullable<typeof running.child.stderr>, 'data');
    expect(String(said)).toMatch(/^Waiting for homeauth apply \(process \d+, since .*\), for 1 min at most\.\n/);
    expect(running.child.exitCode).toBeNull();
    holder.stdin?.write('through');
    expect(JSON.parse((await running).stdout)).toMatchObject({ ok: true });
  });
});
