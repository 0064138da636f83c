import { afterEach, beforeEach, expect, test } from 'vitest';
import { Browser, type Page } from './standin/browser.ts';
import { provision } from './standin/provision.ts';
import { type ReadyStack, startReady } from './standin/ready.ts';

const AUTH = 'auth.home.example.com';
const APP = 'app.home.example.com';
const WHOAMI = 'whoami.home.example.com';
const LOGIN = {
  'ak-stage-identification': { uid_field: 'AKADMIN' },
  'ak-stage-password': { password: 'AdminThrowaway1!' },
  'ak-stage-consent': {},
};

let stack: ReadyStack;
let browser: Browser;
beforeEach(async () => {
  stack = await startReady();
  browser = new Browser(stack.server.url);
  await provision(stack);
});
afterEach(() => stack.close());

/** Follows redirects, and flows where they are met, until a page outside of both. */
async function follow(start: Page): Promise<Page> {
  let page = start;
  while (page.status === 302 && page.location) {
    const url = new URL(page.location, `https://${AUTH}`);
    const path = `${url.pathname}${url.search}`;
    if (!/^\/(application|if|outpost\.goauthentik)/.test(path)) return page;
    if (path.startsWith('/if/flow/')) page = { ...page, location: await browser.flow(url.host, path, LOGIN) };
    else page = await browser.open(url.host, path);
  }
  return page;
}

test('a stranger logs in, consents once, and comes back to where he was going', async () => {
  const end = await follow(await browser.ask(APP, '/some/path?x=1'));
  expect(end.location).toBe(`https://${APP}/some/path?x=1`);
  const entered = await browser.ask(APP);
  expect([entered.status, entered.headers['x-authentik-username'], entered.headers['x-authentik-groups']]).toEqual([
    200,
    'akadmin',
    'authentik Admins',
  ]);
  expect((await browser.ask('other.home.example.com')).status).toBe(200);
  expect((await browser.ask(WHOAMI)).status).toBe(302);
  expect((await follow(await browser.ask(WHOAMI, '/y'))).location).toBe(`https://${WHOAMI}/y`);
});

test('a login without the CSRF header goes on as a stranger: 200 and a flow error, without a reason', async () => {
  await follow(await browser.ask(WHOAMI));
  const executor = '/api/v3/flows/executor/default-authentication-flow/?query=';
  await browser.open(AUTH, executor);
  browser.cookies.delete('authentik_csrf');
  const refused = await browser.open(AUTH, executor, 'POST', { uid_field: 'bob' });
  expect([refused.status, JSON.parse(refused.text).component]).toEqual([200, 'ak-stage-flow-error']);
});

test('whoever is not in a bound group sees the refusal at authentik, not at the application', async () => {
  const group = (await stack.api('POST', '/core/groups/', { name: 'family' })).body as { pk: string };
  const application = (await stack.api('GET', '/core/applications/whoami/')).body as { pk: string };
  await stack.api('POST', '/policies/bindings/', { target: application.pk, group: group.pk, order: 0 });
  const page = await follow(await browser.ask(WHOAMI));
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('Permission denied')]);
  expect((await browser.ask(WHOAMI)).status).toBe(302);
});

test('logging out of authentik ends the sessions of the outpost', async () => {
  await follow(await browser.ask(WHOAMI));
  expect((await browser.ask(WHOAMI)).status).toBe(200);
  expect(await browser.flow(AUTH, '/if/flow/default-invalidation-flow/', {})).toBe('/');
  expect((await browser.ask(WHOAMI)).status).toBe(302);
  expect((await browser.open(AUTH, '/api/v3/core/users/me/')).status).toBe(403);
});

test('paths that are let through carry no headers for a stranger', async () => {
  const page = await browser.ask(WHOAMI, '/health');
  expect([page.status, page.headers['x-authentik-username']]).toEqual([200, undefined]);
  expect((await browser.ask(WHOAMI, '/healthy')).status).toBe(302);
});

test('the login page is a page, and its script is one that a browser can read', async () => {
  const page = await browser.open(AUTH, '/if/flow/default-authentication-flow/?next=/');
  const script = /<script>([\s\S]*)<\/script>/.exec(page.text)?.[1] ?? '';
  expect(script).toContain('/api/v3/flows/executor/');
  expect(() => new Function(script)).not.toThrow();
  const home = await browser.open(AUTH, '/if/user/');
  expect(() => new Function(/<script>([\s\S]*)<\/script>/.exec(home.text)?.[1] ?? '!')).not.toThrow();
  expect((await browser.open(AUTH, '/if/flow/nope/')).status).toBe(404);
});
