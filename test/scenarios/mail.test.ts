import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeauthIn, plain, type Sitting } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import type { FakeWorld } from '../fakes/world.ts';

const hostile = `p$x '"#\\ \${y} `;
const settings = `mail:
  host: smtp.example.com
  username: helen
  password-file: /etc/smtp-password
  from: Home <auth@example.com>
policies:
  recovery: false
`;

let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
const yaml = at('homeauth.yaml');
const without = { text: '' };

beforeAll(async () => {
  fake = await installed();
  homeauth = homeauthIn(fake);
  without.text = (await fake.files.read(yaml)) ?? '';
});
afterAll(() => fake.close());

const write = (text: string) => fake.files.write(yaml, `${without.text}${text}`, 0o644);

test('without mail settings it says what to write', async () => {
  const { failure, code } = await homeauth('mail test', ['bob@example.com']);
  expect(failure).toMatchObject({ code: 'mail-not-set', details: expect.stringContaining('host: smtp.example.com') });
  expect(code).toBe(2);
});

test('an address that is none is refused', async () => {
  const { failure } = await homeauth('mail test', ['bob']);
  expect(failure).toMatchObject({ code: 'misuse', problem: '"bob" has no @.' });
});

describe('with mail settings', () => {
  beforeAll(() => write(settings));

  test('a password file that is missing, or holds no password, stops apply before the first write', async () => {
    const before = await fake.files.read(at('container-vars.env'));
    expect((await homeauth('apply')).failure?.code).toBe('mail-password-missing');
    await fake.files.write('/etc/smtp-password', 'two\nlines\n', 0o600);
    expect((await homeauth('apply')).failure?.code).toBe('mail-password-unfit');
    await fake.files.write('/etc/smtp-password', 'env://HOME\n', 0o600);
    expect((await homeauth('apply')).failure?.why).toContain('env://');
    expect(await fake.files.read(at('container-vars.env'))).toBe(before);
  });

  test('doctor tells of a password file that others can read', async () => {
    await fake.files.write('/etc/smtp-password', `${hostile}\n`, 0o644);
    const { out } = await homeauth('doctor', [], {}, fakeTerminal());
    expect(plain(out)).toContain('/etc/smtp-password can be read by others than root');
  });

  test('it refuses to try before they have reached the worker', async () => {
    await fake.files.write('/etc/smtp-password', `${hostile}\n`, 0o600);
    expect((await homeauth('mail test', ['bob@example.com'])).failure?.code).toBe('mail-settings-old');
  });

  test('apply hands every one of them to server and worker, the password exactly', async () => {
    expect((await homeauth('apply')).failure).toBeUndefined();
    for (const name of ['authentik', 'authentik-worker']) {
      expect(fake.docker.boxes.get(name)?.environment).toMatchObject({
        AUTHENTIK_EMAIL__HOST: 'smtp.example.com',
        AUTHENTIK_EMAIL__PORT: '587',
        AUTHENTIK_EMAIL__USERNAME: 'helen',
        AUTHENTIK_EMAIL__PASSWORD: hostile,
        AUTHENTIK_EMAIL__FROM: 'Home <auth@example.com>',
        AUTHENTIK_EMAIL__USE_TLS: 'true',
        AUTHENTIK_EMAIL__USE_SSL: 'false',
      });
    }
  });

  test('a password that reads as JSON stays the text that it is', async () => {
    await fake.files.write('/etc/smtp-password', '0123\n', 0o600);
    await homeauth('apply');
    expect(fake.docker.boxes.get('authentik-worker')?.environment['AUTHENTIK_EMAIL__PASSWORD']).toBe('0123');
    await fake.files.write('/etc/smtp-password', '12345678\n', 0o600);
    await homeauth('apply');
    expect(fake.docker.boxes.get('authentik-worker')?.environment['AUTHENTIK_EMAIL__PASSWORD']).toBe('"12345678"');
    await fake.files.write('/etc/smtp-password', `${hostile}\n`, 0o600);
    await homeauth('apply');
  });

  const went = ['resolve', 'connect', 'tls', 'login', 'sender', 'recipient'];
  /** The worker's answers: every step before the last went well. */
  function worker(last: string, kind: string, said = '', mail = { code: 0, stdout: '', stderr: '' }) {
    const calls: { argv: readonly string[]; stdin?: string }[] = [];
    fake.docker.exec = async (_, argv, { stdin } = {}) => {
      calls.push({ argv, ...(typeof stdin === 'string' && { stdin }) });
      if (argv[0] === 'ak') return mail;
      const steps = went.slice(0, went.indexOf(last)).map((step) => ({ step, kind: 'ok', said: '' }));
      const lines = [...steps, { step: last, kind, said }].map((step) => JSON.stringify(step));
      return { code: 0, stdout: `${lines.join('\n')}\n`, stderr: '' };
    };
    return calls;
  }
  const tryIt = (at?: Sitting) => homeauth('mail test', ['bob@example.com'], {}, at);

  test('all is well: six steps, then a real mail; nothing secret is in what it runs', async () => {
    const calls = worker('recipient', 'ok');
    const { code, out } = await tryIt();
    expect(out).toMatchInlineSnapshot(`
      "✓ smtp.example.com resolves
      ✓ it answers on port 587
      ✓ the connection is encrypted (STARTTLS)
      ✓ it accepts the login of helen
      ✓ it accepts mail from Home <auth@example.com>
      ✓ it accepts mail to bob@example.com
      ✓ authentik has sent a mail to bob@example.com

      Look whether it has come, also among the unwanted mail."
    `);
    expect(code).toBe(0);
    expect(calls.map(({ argv }) => argv)).toEqual([
      ['python3', '-', 'bob@example.com'],
      ['ak', 'test_email', 'bob@example.com'],
    ]);
    expect(JSON.stringify(calls)).not.toContain(hostile.slice(0, 4));
  });

  test.each([
    ['resolve', 'unknown', '', 'cannot find smtp.example.com', 'Correct mail.host'],
    ['connect', 'refused', '', 'Nothing listens on port 587', 'Correct mail.port'],
    ['connect', 'silent', '', 'does not answer on port 587 A firewall', 'Correct mail.port'],
    ['connect', 'unreachable', 'No route to host', 'on port 587: No route to host', 'a way out'],
    ['connect', 'hung-up', '', 'broke off the connection', 'try again'],
    ['connect', 'rejected', '554 go away', 'broke off the connection', 'try again'],
    ['connect', 'speaks-tls', '', 'encryption to begin at once', 'tls: implicit'],
    ['tls', 'speaks-plainly', '', 'begins without encryption', 'tls: starttls'],
    ['tls', 'unsupported', 'STARTTLS extension not supported by server.', 'does not offer STARTTLS', 'tls: none'],
    [
      'tls',
      'certificate',
      "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'smtp.example.com'. (_ssl.c:1006)",
      "cannot be trusted: Hostname mismatch, certificate is not valid for 'smtp.example.com'",
      'behind mail.host',
    ],
    ['tls', 'encryption', 'no protocols', 'No encryption could be agreed on', 'mail.tls'],
    ['login', 'rejected', '535 5.7.8 not accepted', 'does not accept the login of helen: 535', 'app password'],
    ['login', 'wants-starttls', '', 'once the connection is encrypted', 'tls: starttls'],
    ['login', 'unsupported', 'SMTP AUTH extension not supported by server.', 'offers no login', 'delete mail.username'],
    ['sender', 'rejected', '553 not owned', 'does not send mail from Home <auth@example.com>: 553', 'mail.from'],
    ['sender', 'wants-login', '530 first', 'requires a login: 530 first', 'username:'],
    ['recipient', 'rejected', '550 no such user', 'does not accept mail to that address: 550', 'Is the address right?'],
    ['recipient', 'later', '451 later', 'defers that address: 451 later', 'Wait ten minutes'],
  ])('%s, %s: cause and way out', async (step, kind, said, cause, fix) => {
    const calls = worker(step, kind, said);
    const { code, out } = await tryIt();
    expect(code).toBe(4);
    expect(out).toContain(`✗ `);
    expect(plain(out)).toContain(cause);
    expect(plain(out)).toContain(fix);
    expect(calls).toHaveLength(1);
  });

  test.each([
    ['dramatiq.results.errors.ResultTimeout: message', 'did not send it within ten seconds'],
    ["smtplib.SMTPDataError: (554, b'spam')", 'authentik did not send one'],
  ])('a real mail that fails: %s', async (last, cause) => {
    worker('recipient', 'ok', '', {
      code: 1,
      stdout: '',
      stderr: `Traceback (most recent call last):\n  x\n${last}\n`,
    });
    const { code, out } = await tryIt();
    expect(code).toBe(4);
    expect(plain(out)).toContain(cause);
  });

  test('without Python in the worker it says that nothing is known', async () => {
    fake.docker.exec = async () => ({ code: 127, stdout: '', stderr: 'python3: not found' });
    expect((await tryIt()).failure).toMatchObject({ code: 'mail-not-tried', details: 'python3: not found' });
  });

  test('as JSON, with the steps that were not tried', async () => {
    worker('login', 'rejected', '535 no');
    const { code, out } = await tryIt({ json: true });
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      checks: [
        { id: 'mail-resolve', status: 'ok' },
        { id: 'mail-connect', status: 'ok' },
        { id: 'mail-tls', status: 'ok' },
        { id: 'mail-login', status: 'fail' },
        { id: 'mail-sender', status: 'skip' },
        { id: 'mail-recipient', status: 'skip' },
      ],
    });
  });
});
