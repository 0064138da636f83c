import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Mail } from '../../src/config/config.ts';
import { dialogue } from '../../src/mail/dialogue.ts';
import { findingsOf } from '../../src/mail/findings.ts';
import { findingsData } from '../../src/report/findings.ts';
import { connectDocker } from '../../src/world/docker/connect.ts';
import type { Docker } from '../../src/world/docker/docker.ts';
import { host, type SmtpContainer, smtpContainer } from '../smtp/container.ts';
import { ports } from '../smtp/ports.ts';
import { homeauth, homeauthEnds } from './main-job/homeauth.ts';
import { openPlace, type Place } from './main-job/place.ts';

/** Everything that shells, env files and Compose take for something else. */
const password = `p$x '"#\\ \${HOME} \`y\` %s`;

const helen = 'helen@example.com';
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
  readonly code?: number | undefined;
  /** Causes of what went wrong. */
  readonly text: string;
  readonly steps: Readonly<Record<string, string>>;
}

function triedIn(json: string): Tried {
  expect(json).not.toContain(password.slice(0, 8));
  const { checks }: { checks: { id: string; status: string; cause?: string }[] } = JSON.parse(json);
  const steps = checks.map(({ id, status }) => [id.replace('mail-', ''), status]);
  return { text: checks.map(({ cause }) => cause).join(' '), steps: Object.fromEntries(steps) };
}

async function tried(): Promise<Tried> {
  const { code, out, err } = await homeauth(['mail', 'test', helen, '--json']);
  expect(err).not.toContain(password.slice(0, 8));
  return { code, ...triedIn(out) };
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

/**
 * What is found with other settings than the worker's own: to make it anew for each of them takes half a minute, and says
 * no more.
 */
async function triedWith(mail: Mail): Promise<Tried> {
  const environment = {
    AUTHENTIK_EMAIL__HOST: mail.host,
    AUTHENTIK_EMAIL__PORT: String(mail.port),
    AUTHENTIK_EMAIL__USERNAME: mail.username ?? '',
    AUTHENTIK_EMAIL__PASSWORD: mail.username === undefined ? '' : password,
    AUTHENTIK_EMAIL__FROM: mail.from,
    AUTHENTIK_EMAIL__USE_TLS: String(mail.tls === 'starttls'),
    AUTHENTIK_EMAIL__USE_SSL: String(mail.tls === 'implicit'),
  };
  const docker = connectDocker({ DOCKER_HOST: place.engine.host });
  const exec: Docker['exec'] = (container, argv, options) => docker.exec(container, argv, { ...options, environment });
  const found = findingsOf(await dialogue({ docker: { ...docker, exec } }, helen), mail, helen);
  return triedIn(JSON.stringify(findingsData(found)));
}

// The words of every way to stop are tried in test/scenarios/mail.test.ts; these are what a real network and real TLS add.
test.each([
  ['no-login', { tls: 'starttls' }, { tls: 'ok', login: 'fail', sender: 'skip' }, 'need an app password'],
  ['implicit', { tls: 'starttls' }, { resolve: 'ok', connect: 'fail' }, 'waits on port 465 for encryption'],
  ['starttls', { tls: 'implicit' }, { connect: 'ok', tls: 'fail' }, 'begins without encryption on port 587'],
  ['no-sender', { tls: 'none' }, { connect: 'ok', sender: 'fail' }, 'not send mail from Home <auth@example.com>: 553'],
  ['silent', { tls: 'none' }, { resolve: 'ok', connect: 'fail' }, 'does not answer on port 2505'],
] as const)('%s, with %o, is named', async (server, { tls }, steps, cause) => {
  const common = { host, port: ports[server], from: 'Home <auth@example.com>', tls };
  const { text, steps: found } = await triedWith(tls === 'none' ? common : { ...common, username: 'helen' });
  expect(found).toMatchObject(steps);
  expect(text).toContain(cause);
});

test('a real mail comes in by authentik itself', async () => {
  await mailBy('plain');
  const before = (await smtp.mails()).length;
  const { out } = await homeauthEnds(0, ['mail', 'test', helen]);
  expect(out).toContain(`✓ authentik has sent a mail to ${helen}`);
  const [mail, ...more] = (await smtp.mails()).slice(before);
  expect(mail).toMatchObject({ from: 'auth@example.com', to: [helen] });
  expect(more).toEqual([]);
});
