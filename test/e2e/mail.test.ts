import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { host, type SmtpContainer, smtpContainer } from '../smtp/container.ts';
import { ports } from '../smtp/ports.ts';
import { homeauth, homeauthEnds } from './main-job/homeauth.ts';
import { openPlace, type Place } from './main-job/place.ts';

/** Everything that shells, env files and Compose take for something else. */
const password = `p$x '"#\\ \${HOME} \`y\` %s`;

let place: Place;
let smtp: SmtpContainer;
let bare: string;
const yaml = () => join(place.root, 'homeauth.yaml');

beforeAll(async () => {
  place = await openPlace();
  await homeauthEnds(0, place.init);
  bare = await readFile(yaml(), 'utf8');
  smtp = await smtpContainer(place.engine, 'authentik_backend', join(place.around, 'smtp'), password);
  await writeFile(join(place.around, 'password'), `${password}\n`);
  await chmod(join(place.around, 'password'), 0o600);
});
afterAll(() => place?.close());

/** homeauth.yaml with a section for mail, applied. */
async function mailBy(server: keyof typeof ports, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const settings = { host, port: ports[server], from: 'Home <auth@example.com>', tls: 'none', ...more };
  const lines = Object.entries(settings).map(([key, value]) => `  ${key}: ${value}`);
  await writeFile(yaml(), `${bare}mail:\n${lines.join('\n')}\n`);
  await homeauthEnds(0, ['apply']);
}

const login = () => ({ username: 'helen', 'password-file': join(place.around, 'password') });

/** The worker trusts the mail server's certificate from now on, as it would that of a real provider. */
async function trust(): Promise<void> {
  await place.engine.docker(['cp', smtp.cert, 'authentik-worker:/usr/lib/ssl/cert.pem']);
}

interface Tried {
  readonly code: number | undefined;
  /** Causes of what went wrong. */
  readonly text: string;
  readonly steps: Readonly<Record<string, string>>;
}

async function tried(): Promise<Tried> {
  const { code, out, err } = await homeauth(['mail', 'test', 'helen@example.com', '--json']);
  expect(`${out}${err}`).not.toContain(password.slice(0, 8));
  const { checks }: { checks: { id: string; status: string; cause?: string }[] } = JSON.parse(out);
  const steps = checks.map(({ id, status }) => [id.replace('mail-', ''), status]);
  return { code, text: checks.map(({ cause }) => cause).join(' '), steps: Object.fromEntries(steps) };
}

test('a login that holds everything that shells and env files take for something else', async () => {
  await mailBy('starttls', { tls: 'starttls', ...login() });
  const env = await place.engine.docker(['exec', 'authentik-worker', 'printenv', 'AUTHENTIK_EMAIL__PASSWORD']);
  expect(env).toBe(password);
  const untrusted = await tried();
  expect(untrusted).toMatchObject({ code: 4, steps: { connect: 'ok', tls: 'fail', login: 'skip' } });
  expect(untrusted.text).toContain('cannot be trusted: self-signed certificate');
  await trust();
  const { steps } = await tried();
  expect(steps).toMatchObject({ tls: 'ok', login: 'ok', sender: 'ok', recipient: 'ok' });
});

// The words of every way to stop are tried in test/scenarios/mail.test.ts; these are what a real network and real TLS add.
test.each([
  ['no-login', { tls: 'starttls' }, { tls: 'ok', login: 'fail', sender: 'skip' }, 'need an app password'],
  ['implicit', { tls: 'starttls' }, { resolve: 'ok', connect: 'fail' }, 'waits on port 465 for encryption'],
  ['starttls', { tls: 'implicit' }, { connect: 'ok', tls: 'fail' }, 'begins without encryption on port 587'],
  ['no-sender', {}, { connect: 'ok', sender: 'fail' }, 'does not send mail from Home <auth@example.com>: 553'],
  ['silent', {}, { resolve: 'ok', connect: 'fail' }, 'does not answer on port 2505'],
] as const)('%s, with %o, is named', async (server, more, steps, cause) => {
  await mailBy(server, { ...more, ...('tls' in more && login()) });
  await trust();
  const result = await tried();
  expect(result).toMatchObject({ code: 4, steps });
  expect(result.text).toContain(cause);
});

test('a real mail comes in by authentik itself', async () => {
  await mailBy('plain');
  const before = (await smtp.mails()).length;
  const { out } = await homeauthEnds(0, ['mail', 'test', 'helen@example.com']);
  expect(out).toContain('✓ authentik has sent a mail to helen@example.com');
  const [mail, ...more] = (await smtp.mails()).slice(before);
  expect(mail).toMatchObject({ from: 'auth@example.com', to: ['helen@example.com'] });
  expect(more).toEqual([]);
});
