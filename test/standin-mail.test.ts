import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from './standin/browser.ts';
import { type Letter, startMailbox } from './standin/mailbox.ts';
import { type ReadyStack, startReady } from './standin/ready.ts';
import { testEmail } from './standin/smtp.ts';

const HOST = 'auth.home.example.com';
const FROM = 'Home <auth@home.example.com>';
let stack: ReadyStack;
let mailbox: Awaited<ReturnType<typeof startMailbox>>;
let emailStage = '';
let bob = 0;

const settings = (port: number) => ({
  host: '127.0.0.1',
  port,
  username: '',
  password: '',
  useTls: false,
  useSsl: false,
  timeout: 5,
  from: FROM,
});

const plain = (letter: Letter | undefined): string =>
  (letter?.raw ?? '')
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

async function arrival(count: number): Promise<Letter> {
  for (const end = Date.now() + 10_000; mailbox.letters.length < count; await sleep(20))
    if (Date.now() > end) throw new Error('no mail came');
  return mailbox.letters[count - 1] as Letter;
}

const linkIn = (letter: Letter): string =>
  /https:\/\/auth\.home\.example\.com(\/if\/flow\/\S+)/.exec(plain(letter))?.[1] ?? '';

beforeAll(async () => {
  mailbox = await startMailbox(['nobody@home.example.com']);
  stack = await startReady({ mail: settings(mailbox.port) });
  const form = new FormData();
  form.set('path', 'example/flows-recovery-email-verification.yaml');
  await fetch(`${stack.server.url}/api/v3/managed/blueprints/import/`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${stack.token}` },
    body: form,
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely here
  const body = async (method: string, path: string, sent?: unknown): Promise<any> =>
    (await stack.api(method, path, sent)).body;
  const flow = await body('GET', '/flows/instances/default-recovery-flow/');
  const brand = (await body('GET', '/core/brands/')).results[0];
  await body('PATCH', `/core/brands/${brand.brand_uuid}/`, { flow_recovery: flow.pk });
  const policy = (await body('GET', '/policies/expression/?name=default-recovery-skip-if-restored')).results[0];
  const expression = "return not bool(request.context.get('is_restored', False))";
  await body('PATCH', `/policies/expression/${policy.pk}/`, { expression });
  emailStage = (await body('GET', '/stages/email/')).results[0].pk;
  const made = { username: 'bob', name: 'Bob', email: 'bob@home.example.com' };
  bob = (await body('POST', '/core/users/', made)).pk;
});
afterAll(async () => {
  await stack.close();
  await mailbox.close();
});

/** Opens a mailed link, confirms, sets a password; gives back who is signed in then. */
async function redeem(link: string, password: string): Promise<string> {
  const browser = new Browser(stack.server.url);
  await browser.flow(HOST, link, {
    'ak-stage-consent': {},
    'ak-stage-prompt': { password, password_repeat: password },
  });
  return JSON.parse((await browser.open(HOST, '/api/v3/core/users/me/')).text).user.username;
}

async function logIn(password: string): Promise<string> {
  return new Browser(stack.server.url).flow(HOST, '/if/flow/default-authentication-flow/', {
    'ak-stage-identification': { uid_field: 'bob' },
    'ak-stage-password': { password },
  });
}

test('who asks for a new password gets a link by mail that leads to a login with it', async () => {
  const browser = new Browser(stack.server.url);
  const executor = '/api/v3/flows/executor/default-recovery-flow/?query=';
  await browser.open(HOST, executor);
  await browser.open(HOST, executor, 'POST', { component: 'ak-stage-identification', uid_field: 'bob' });
  expect((await browser.open(HOST, executor)).text).toContain('ak-stage-email');
  const letter = await arrival(1);
  expect(letter).toMatchObject({ from: 'auth@home.example.com', to: ['bob@home.example.com'] });
  expect(letter.raw).toContain(`From: ${FROM}`);
  expect(letter.raw).toContain('text/html');
  expect(await redeem(linkIn(letter), 'BobNewThrowaway1!')).toBe('bob');
  expect(await logIn('BobNewThrowaway1!')).toBe('/');
  await expect(redeem(linkIn(letter), 'Again1!')).rejects.toThrow('ak-stage-identification');
});

test('nobody learns by mail or by answer whether there is such a person', async () => {
  const browser = new Browser(stack.server.url);
  const executor = '/api/v3/flows/executor/default-recovery-flow/?query=';
  await browser.open(HOST, executor);
  await browser.open(HOST, executor, 'POST', { component: 'ak-stage-identification', uid_field: 'nobody' });
  expect((await browser.open(HOST, executor)).text).toContain('ak-stage-email');
  await sleep(500);
  expect(mailbox.letters).toHaveLength(1);
});

test('the administrator sends a link, and a second one replaces the first', async () => {
  const send = async (): Promise<void> => {
    const sent = { email_stage: emailStage, token_duration: 'hours=2' };
    expect((await stack.api('POST', `/core/users/${bob}/recovery_email/`, sent)).status).toBe(204);
  };
  await send();
  const first = await arrival(2);
  await send();
  const second = await arrival(3);
  // The host of the request is the host of the link.
  const key = (letter: Letter) => /flow_token=(\w+)/.exec(plain(letter))?.[1];
  expect(key(second)).toBe(key(first));
  expect(await redeem(`/if/flow/default-recovery-flow/?flow_token=${key(second)}`, 'Third1!')).toBe('bob');
});

test('ak test_email sends one, and says what the server says where it cannot', async () => {
  expect(await testEmail(settings(mailbox.port), 'eve@home.example.com')).toMatchObject({ code: 0 });
  expect((await arrival(4)).to).toEqual(['eve@home.example.com']);
  const refused = await testEmail(settings(mailbox.port), 'nobody@home.example.com');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('550 no such mailbox')]);
  const nothing = await testEmail(settings(1), 'eve@home.example.com');
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
});
