import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from './standin/browser.ts';
import { PERIOD, totp } from './standin/flow/totp.ts';
import { type ReadyStack, startReady } from './standin/ready.ts';

const HOST = 'auth.home.example.com';
const LOGIN = '/api/v3/flows/executor/default-authentication-flow/?query=';
const TOTP = '/api/v3/flows/executor/default-authenticator-totp-setup/?query=';
const STATIC = '/api/v3/flows/executor/default-authenticator-static-setup/?query=';

let stack: ReadyStack;
let time = Date.parse('2026-11-24T12:00:00Z');
let people = 0;

beforeAll(async () => {
  stack = await startReady({ now: () => time });
});
afterAll(() => stack.close());

/** A person of their own for each test, signed in with the password alone. */
async function person(): Promise<{ name: string; pk: number; browser: Browser }> {
  const name = `person${++people}`;
  const { body } = await stack.api('POST', '/core/users/', { username: name, name });
  const { pk } = body as { pk: number };
  await stack.api('POST', `/core/users/${pk}/set_password/`, { password: 'Throwaway1!' });
  const browser = new Browser(stack.server.url);
  await password(browser, name);
  return { name, pk, browser };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely here
async function send(browser: Browser, executor: string, body?: object): Promise<any> {
  let page = await browser.open(HOST, executor, body ? 'POST' : 'GET', body);
  while (page.status === 302) page = await browser.open(HOST, executor);
  return JSON.parse(page.text);
}

/** Answers name and password, and returns what is asked next. */
async function password(browser: Browser, name: string) {
  await send(browser, LOGIN);
  await send(browser, LOGIN, { component: 'ak-stage-identification', uid_field: name });
  return send(browser, LOGIN, { component: 'ak-stage-password', password: 'Throwaway1!' });
}

async function enrol(browser: Browser): Promise<string> {
  const { config_url } = await send(browser, TOTP);
  const secret = new URL(config_url).searchParams.get('secret') ?? '';
  await send(browser, TOTP, { component: 'ak-stage-authenticator-totp', code: codeOf(secret) });
  return secret;
}

const codeOf = (secret: string): string => totp(secret, Math.floor(time / PERIOD));
const answer = (browser: Browser, code: string) =>
  send(browser, LOGIN, { component: 'ak-stage-authenticator-validate', code });

test('the codes are those of RFC 6238', () => {
  // The RFC's own key, "12345678901234567890", and its first and second example.
  const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect([totp(key, 1, 8), totp(key, 37037036, 8)]).toEqual(['94287082', '07081804']);
});

test('a wrong code shuts the right one out for a second, then for two, while enrolling and at the login', async () => {
  const { name, browser } = await person();
  const { config_url } = await send(browser, TOTP);
  const secret = new URL(config_url).searchParams.get('secret') ?? '';
  const enter = (code: string) => send(browser, TOTP, { component: 'ak-stage-authenticator-totp', code });
  for (const [code, later] of [
    ['000000', 900],
    [codeOf(secret), 200],
    ['000000', 1900],
    [codeOf(secret), 200],
  ] as const) {
    expect((await enter(code)).response_errors.code[0].string).toBe('Code does not match');
    time += later;
  }
  expect(await enter(codeOf(secret))).toEqual({ component: 'xak-flow-redirect', to: '/' });

  time += PERIOD;
  const login = new Browser(stack.server.url);
  expect((await password(login, name)).device_challenges).toMatchObject([{ device_class: 'totp' }]);
  expect((await answer(login, '000000')).response_errors.code[0].string).toContain('Invalid Token.');
  time += 900;
  expect((await answer(login, codeOf(secret))).response_errors).toBeDefined();
  time += 200;
  expect(await answer(login, codeOf(secret))).toMatchObject({ component: 'xak-flow-redirect' });
});

test('a code works once: not the one of the enrolment, and no recovery code twice', async () => {
  const { name, browser } = await person();
  const secret = await enrol(browser);
  const { codes } = await send(browser, STATIC);
  expect(codes).toHaveLength(6);
  await send(browser, STATIC, { component: 'ak-stage-authenticator-static' });
  const login = new Browser(stack.server.url);
  await password(login, name);
  expect((await answer(login, codeOf(secret))).response_errors).toBeDefined();
  time += 2 * PERIOD;
  expect(await answer(login, codes[0])).toMatchObject({ component: 'xak-flow-redirect' });
  const again = new Browser(stack.server.url);
  await password(again, name);
  expect((await answer(again, codes[0])).response_errors).toBeDefined();
});

test('whom a bound group makes enrol is asked at the login, and nobody else', async () => {
  const admins = (await stack.api('POST', '/core/groups/', { name: 'strict' })).body as { pk: string };
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely here
  const list = async (path: string): Promise<any[]> => ((await stack.api('GET', path)).body as any).results;
  const [stage] = await list('/stages/authenticator/validate/?name=default-authentication-mfa-validation');
  const [binding] = await list(`/flows/bindings/?stage=${stage.pk}`);
  const [setup] = await list('/stages/authenticator/totp/');
  const configure = { not_configured_action: 'configure', configuration_stages: [setup.pk] };
  await stack.api('PATCH', `/stages/authenticator/validate/${stage.pk}/`, configure);
  await stack.api('POST', '/policies/bindings/', { target: binding.pk, group: admins.pk, order: 0 });
  const inside = await person();
  const outside = await person();
  await stack.api('POST', `/core/groups/${admins.pk}/add_user/`, { pk: inside.pk });
  const login = (name: string) => password(new Browser(stack.server.url), name);
  expect(await login(inside.name)).toMatchObject({ component: 'ak-stage-authenticator-totp' });
  expect(await login(outside.name)).toMatchObject({ component: 'xak-flow-redirect' });
});

test('an expression that cannot be read says no, and says so in the log', async () => {
  const said: string[] = [];
  const own = await startReady({ log: (line) => said.push(line) });
  const { body: policy } = await own.api('POST', '/policies/expression/', { name: 'odd', expression: 'return 1 > 0' });
  const { body: flow } = await own.api('GET', '/flows/instances/default-authentication-flow/');
  const bound = { target: (flow as { pk: string }).pk, policy: (policy as { pk: string }).pk, order: 0 };
  await own.api('POST', '/policies/bindings/', bound);
  const refused = await send(new Browser(own.server.url), LOGIN);
  expect(refused.component).toBe('ak-stage-access-denied');
  expect(said.join('\n')).toContain('cannot read the expression of the policy \\"odd\\"');
  await own.close();
});
