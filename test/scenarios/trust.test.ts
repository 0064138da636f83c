import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../fakes/world.ts';

const helen = { uid: 1000, gid: 1000 };
const root = { uid: 0, gid: 0 };
let base: FakeWorld | undefined;
let fake: FakeWorld;

beforeEach(async () => {
  base ??= await installed(['whoami']);
  fake = await copyOf(base);
});
afterEach(() => fake.close());

describe('a homeauth.yaml in the working directory', () => {
  const planted = 'domain: evil.example.com\nbase-dir: /home/eve\n';

  test('is not used, and that is said', async () => {
    fake.files.put('/home/eve/homeauth.yaml', planted);
    const { code, err } = await homeauthIn(fake, { cwd: '/home/eve' })('plan');
    expect(code).toBe(0);
    expect(err).toContain(`Using ${at('homeauth.yaml')}, not /home/eve/homeauth.yaml.`);
    expect((await homeauthIn(fake, { cwd: at('') })('plan')).err).toBe('');
  });

  test('is named where there is no other', async () => {
    await fake.files.remove('/etc/homeauth/location');
    fake.files.put('/home/eve/homeauth.yaml', planted);
    const { failure } = await homeauthIn(fake, { cwd: '/home/eve' })('plan');
    expect(failure?.code).toBe('config-missing');
    expect(textOf(failure?.fix ?? '')).toContain('--config /home/eve/homeauth.yaml');
  });
});

describe('what somebody else could replace is not read', () => {
  test.each([
    ['/srv/docker', 0o755, helen, 'chown root /srv/docker'],
    ['/srv/docker', 0o777, root, 'chmod +t /srv/docker'],
    ['/srv/docker', 0o775, { uid: 0, gid: 1000 }, 'chmod +t /srv/docker'],
    ['/srv', 0o777, root, 'chmod +t /srv'],
    [at(''), 0o755, helen, 'chown root /srv/docker/authentik'],
    [at('homeauth.yaml'), 0o644, helen, `chown root ${at('homeauth.yaml')}`],
    [at('homeauth.yaml'), 0o664, { uid: 0, gid: 1000 }, `chmod go-w ${at('homeauth.yaml')}`],
    [at('.homeauth'), 0o777, root, `chmod +t ${at('.homeauth')}`],
    [at('.homeauth/ledger.json'), 0o666, root, `chmod go-w ${at('.homeauth/ledger.json')}`],
    [at('.homeauth/token.env'), 0o600, helen, `chown root ${at('.homeauth/token.env')}`],
    [at('.homeauth/admin-password'), 0o600, helen, `chown root ${at('.homeauth/admin-password')}`],
    [at('container-vars.env'), 0o600, helen, `chown root ${at('container-vars.env')}`],
    ['/etc/homeauth', 0o777, root, 'chmod +t /etc/homeauth'],
    ['/etc/homeauth/location', 0o644, helen, 'chown root /etc/homeauth/location'],
  ])('%s with mode %o of %o', async (path, mode, owner, fix) => {
    const before = await fake.files.stat(path);
    await fake.files.setAccess(path, mode, owner);
    const shown = fake.files.snapshot();
    for (const command of ['apply', 'uninstall', 'status'] as const) {
      const { code, failure } = await homeauthIn(fake)(command);
      expect(failure?.code).toBe('untrusted-path');
      expect(textOf(failure?.fix ?? '').startsWith(`${fix}\n`)).toBe(true);
      expect(failure?.problem).toContain(path);
      expect(code).toBe(2);
    }
    const { code, out } = await homeauthIn(fake)('doctor');
    expect([code, out.replaceAll('\n', ' ')]).toEqual([4, expect.stringContaining(fix)]);
    expect(fake.files.snapshot()).toEqual(shown);
    // What the fix does.
    if (fix.startsWith('chown')) await fake.files.setAccess(path, mode, root);
    else await fake.files.setAccess(path, fix.includes('+t') ? mode | 0o1000 : mode & ~0o022, owner);
    expect((await homeauthIn(fake)('apply')).failure).toBeUndefined();
    if (before) await fake.files.setAccess(path, before.mode, before.owner);
  });

  test('a ledger that waits for its directory', async () => {
    await fake.files.write('/etc/homeauth.begun', '{"version":1,"made":[]}', 0o600);
    await fake.files.setAccess('/etc/homeauth.begun', 0o600, helen);
    expect((await homeauthIn(fake)('apply')).failure?.fix).toContain('chown root /etc/homeauth.begun');
  });

  test('a homeauth.yaml that --config or the variable names', async () => {
    fake.files.put('/home/eve/homeauth.yaml', 'domain: evil.example.com\n');
    await fake.files.setAccess('/home/eve', 0o755, helen);
    for (const [over, flags] of [
      [{}, { config: '/home/eve/homeauth.yaml' }],
      [{ env: { HOMEAUTH_CONFIG: '/home/eve/homeauth.yaml' } }, {}],
    ] as const) {
      const { failure } = await homeauthIn(fake, over)('apply', [], flags);
      expect(failure?.problem).toBe(
        '/home/eve, on the way to /home/eve/homeauth.yaml, belongs to user 1000, not to root.',
      );
      expect(textOf(failure?.fix ?? '')).toContain("somebody's home");
    }
  });

  test('a directory that everybody may write in is none to fear where it is sticky', async () => {
    await fake.files.setAccess('/srv', 0o1777, root);
    await fake.files.setAccess('/srv/docker', 0o1775, { uid: 0, gid: 1000 });
    expect((await homeauthIn(fake)('apply')).failure).toBeUndefined();
  });
});

describe('init below a directory of somebody else', () => {
  beforeEach(async () => {
    await fake.close();
    fake = fakeWorld();
    await fake.files.makeDirectory('/srv/docker', 0o755, helen);
  });

  test('says so before anything is made', async () => {
    const shown = fake.files.snapshot();
    const { failure, err } = await homeauthIn(fake)('init', [], initFlags);
    expect(failure?.code).toBe('untrusted-path');
    expect(textOf(failure?.fix ?? '').startsWith('chown root /srv/docker\n')).toBe(true);
    expect(err).toBe('');
    expect(fake.files.snapshot()).toEqual(shown);
    await fake.files.setAccess('/srv/docker', 0o755, root);
    expect((await homeauthIn(fake)('init', [], initFlags)).failure).toBeUndefined();
  });

  test('says so right after the question for it', async () => {
    const { baseDir: _, ...flags } = initFlags as Record<string, unknown>;
    const terminal = fakeTerminal(['/srv/docker']);
    const { failure } = await homeauthIn(fake)('init', [], flags as typeof initFlags, terminal);
    expect(failure?.code).toBe('untrusted-path');
  });
});

describe('a file with a secret', () => {
  const run = (path: string, env = {}) => homeauthIn(fake, { env })('user password', ['helen'], { passwordFile: path });
  beforeEach(async () => {
    fake.files.put('/home/helen/pw', 'correct horse battery staple\n', 0o600);
    await fake.files.setAccess('/home/helen', 0o755, helen);
    await fake.files.setAccess('/home/helen/pw', 0o600, helen);
  });

  test('of somebody else is refused, with how to give it', async () => {
    const { failure } = await run('/home/helen/pw');
    expect(failure?.code).toBe('untrusted-path');
    expect(textOf(failure?.fix ?? '')).toContain('install -m 600 /home/helen/pw /root/');
  });

  test('of the person who called sudo is theirs to choose', async () => {
    expect((await run('/home/helen/pw', { SUDO_UID: '1000' })).failure?.code).not.toBe('untrusted-path');
    expect((await run('/home/helen/pw', { SUDO_UID: '1001' })).failure?.code).toBe('untrusted-path');
    await fake.files.setAccess('/home/helen/pw', 0o666, helen);
    expect((await run('/home/helen/pw', { SUDO_UID: '1000' })).failure?.code).toBe('untrusted-path');
  });

  test('the password for the mail server', async () => {
    const text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
    const mail = 'mail: { host: smtp.example.com, from: a@example.com, username: a, password-file: /home/helen/pw }\n';
    fake.files.put(at('homeauth.yaml'), text + mail);
    const { failure } = await homeauthIn(fake)('apply');
    expect(failure?.code).toBe('untrusted-path');
  });
});

describe('a ledger with a line that no homeauth writes for this installation', () => {
  const crontab = { content: '* * * * * root id\n', mode: 0o644 };
  test.each([
    ['a file elsewhere', { id: 'file:/etc/cron.d/evil', before: crontab }],
    ['a file beside it', { id: 'file:/srv/docker/other/compose.yml' }],
    ['a way up', { id: 'file:/srv/docker/authentik/../../../etc/passwd', before: crontab }],
    ['a relative path', { id: 'file:etc/passwd' }],
    ['a name that begins alike', { id: 'file:/srv/docker/authentik-2/x' }],
    ['a directory elsewhere', { id: 'directory:/home', precious: true }],
    ['everything', { id: 'directory:/', before: { mode: 0o777, owner: helen } }],
    ['all of the base directory', { id: 'directory:/srv/docker', precious: true }],
    ['secrets elsewhere', { id: 'secrets:/root/.ssh/id_ed25519' }],
    ['a dataset elsewhere', { id: 'dataset:tank/photos', precious: true }],
    ['a dataset of that name elsewhere', { id: 'dataset:tank/authentik', precious: true }],
    ['a container to put back', { id: 'container:evil', before: { definition: {} } }],
    [
      'text for another Caddyfile',
      { id: 'caddy:/srv/docker/caddy/etc/Caddyfile', before: { caddyfile: { outside: '/etc/cron.d/evil' } } },
    ],
    ['a Caddyfile by a way up', { id: 'caddy:/srv/docker/../../etc/cron.d/evil' }],
  ])('%s', async (_, line) => {
    const { made } = JSON.parse((await fake.files.read(at('.homeauth/ledger.json'))) ?? '');
    await fake.files.write(at('.homeauth/ledger.json'), JSON.stringify({ version: 1, made: [...made, line] }), 0o600);
    const shown = fake.files.snapshot();
    for (const command of ['uninstall', 'apply', 'plan'] as const) {
      const { failure, code } = await homeauthIn(fake)(command, [], { confirm: 'home.example.com' } as never);
      expect(failure?.code).toBe('ledger-foreign');
      expect(failure?.problem).toContain(line.id);
      expect(code).toBe(2);
    }
    expect(fake.files.snapshot()).toEqual(shown);
  });
});
