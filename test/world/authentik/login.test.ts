import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/model/resource.ts';
import { Secret } from '../../../src/model/secret.ts';
import { type LoginRequest, logIn } from '../../../src/world/authentik/login.ts';
import { application, failing, outpost, provider, type Sso, sso } from '../../kinds/sso.ts';
import { until } from '../../until.ts';
import { front, type Override } from './front.ts';
import { authHost } from './up.ts';

const password = new Secret('correct horse battery');
const app = 'https://wiki.home.example.com/page?x=1';
const person = (key: string): Resource => ({
  kind: 'user',
  key,
  spec: { name: key, email: `${key}@example.com`, groups: [], firstPassword: password },
});

/** authentik with one domain, an app of its own, Helen who may enter it, and Bob who may not. */
async function village(consent = 'explicit'): Promise<Sso> {
  const here = await sso();
  const authorizationFlow = `default-provider-authorization-${consent}-consent`;
  const domain = { mode: 'forward_domain', cookieDomain: 'home.example.com', authorizationFlow };
  await here.run([
    [{ kind: 'group', key: 'family', spec: {} }],
    [{ ...person('helen'), spec: { ...person('helen').spec, groups: ['family'] } } as Resource, person('bob')],
    [provider('home', `https://${authHost}`, domain), provider('wiki', undefined, { authorizationFlow })],
    [application('home', { hidden: true }), application('wiki')],
    [{ kind: 'binding', key: 'wiki/family', spec: { enabled: true } }, outpost('home', 'wiki')],
  ]);
  await until(async () => (await here.state()).propagation.served.length === 2);
  return here;
}

const at = (here: Sso, more: Partial<LoginRequest> = {}, override?: Override) => {
  const http = front(here.server.port, authHost, override);
  return { http, login: logIn({ http, authHost, username: 'helen', password, open: app, ...more }) };
};

describe('a login on the way to an app', () => {
  test.each(['explicit', 'implicit'])('with %s consent ends at the page that was wanted', async (consent) => {
    const here = await village(consent);
    const via = { host: '192.168.0.4', port: 443 };
    const { http, login } = at(here, { via, authority: 'PEM' });
    const result = await login;
    expect(result).toMatchObject({ status: 200, finalUrl: app, body: 'the app sees helen' });
    expect(http.asked.every((one) => one.via === via && one.authority === 'PEM')).toBe(true);
    expect(result.cookies.reveal()).toMatch(/^authentik_proxy_[0-9a-f]{8}=/);
    expect(result.steps[0]).toBe('GET https://wiki.home.example.com/page 302');
    expect(result.steps.join('\n')).not.toMatch(/[?]|horse|state=/);
  });

  test('works for an app of the whole domain', async () => {
    const here = await village();
    const open = 'https://other.home.example.com/';
    expect(await at(here, { open }).login).toMatchObject({ finalUrl: open, body: 'the app sees helen' });
  });

  test('can end at authentik itself', async () => {
    const here = await village();
    const result = await at(here, { open: `https://${authHost}/` }).login;
    expect(result.status).toBe(200);
    expect(new URL(result.finalUrl).pathname).toMatch(/^\/if\/user\//);
  });

  test('sends the password to authentik only, once, and over https', async () => {
    const here = await village();
    const { http, login } = at(here);
    await login;
    const with_ = http.asked.filter(({ body }) => body?.includes(password.reveal()));
    expect(with_.map(({ url }) => new URL(url).origin)).toEqual([`https://${authHost}`]);
  });

  test('answers as a browser does once somebody is logged in: CSRF header and Referer', async () => {
    const here = await village();
    const { http, login } = at(here);
    await login;
    const consent = http.asked.find(({ body }) => body?.includes('ak-stage-consent'));
    expect(consent?.headers).toMatchObject({
      'x-authentik-csrf': expect.stringMatching(/.{20,}/),
      referer: `https://${authHost}/`,
    });
  });
});

describe('who was in leaves again', () => {
  const sessionsOf = async (here: Sso) => {
    const { sessions, outpostSessions } = await here.state();
    const known = Object.values(sessions).filter(({ user }) => user !== null);
    return [known.length, Object.keys(outpostSessions).length];
  };

  test('with the session of the app, and without those of others', async () => {
    const here = await village();
    const [first, second] = [await at(here).login, await at(here).login];
    expect(await sessionsOf(here)).toEqual([2, 2]);
    expect(await first.leave()).toBe(true);
    expect(await sessionsOf(here)).toEqual([1, 1]);
    const { asked: _, dial } = front(here.server.port, authHost);
    expect(await dial({ url: app, headers: { cookie: second.cookies.reveal() } })).toMatchObject({ status: 200 });
    expect(await dial({ url: app, headers: { cookie: first.cookies.reveal() } })).toMatchObject({ status: 302 });
    expect(await second.leave()).toBe(true);
    expect(await sessionsOf(here)).toEqual([0, 0]);
  });

  test('also where the login ended half-way: outside of the group, in an app that fails', async () => {
    const here = await village();
    expect((await failing(at(here, { username: 'bob' }).login)).code).toBe('access-denied');
    const broken: Override = (_, url) => (url.pathname.endsWith('/callback') ? { status: 500 } : undefined);
    expect((await failing(at(here, {}, broken).login)).code).toBe('flow-error');
    expect(await sessionsOf(here)).toEqual([0, 0]);
  });

  test.each([
    [2, true],
    [3, false],
  ])('where the answer is lost %i times: %s', async (lost, over) => {
    const here = await village();
    let n = 0;
    const { login } = at(here, {}, (_, url) =>
      url.pathname.includes('default-invalidation-flow') && n++ < lost ? { status: 502 } : undefined,
    );
    expect(await (await login).leave()).toBe(over);
    expect(await sessionsOf(here)).toEqual(over ? [0, 0] : [1, 1]);
  });
});

describe('a login that fails says how', () => {
  const login = (more: Partial<LoginRequest>, override?: Override) =>
    village().then((here) => failing(at(here, more, override).login));

  test('wrong-password', async () => {
    const failure = await login({ password: new Secret('tr0ub4dor') });
    expect(failure.code).toBe('wrong-password');
    expect(JSON.stringify(failure) + String((failure as unknown as Error).stack)).not.toContain('tr0ub4dor');
  });

  test('wrong-password for somebody who does not exist, as authentik wants it', async () => {
    expect((await login({ username: 'nobody' })).code).toBe('wrong-password');
  });

  test('access-denied for somebody outside of the group', async () => {
    expect((await login({ username: 'bob' })).code).toBe('access-denied');
  });

  const challenge =
    (component: string, more = {}): Override =>
    (request, url) =>
      url.pathname.includes('/flows/executor/') && request.method === 'POST'
        ? { body: JSON.stringify({ component, ...more }) }
        : undefined;

  test.each([
    ['second-factor-asked', challenge('ak-stage-authenticator-validate', { device_challenges: [] })],
    ['second-factor-asked', challenge('ak-stage-authenticator-totp')],
    ['login-refused', challenge('ak-stage-access-denied', { error_message: 'No.' })],
    ['flow-error', challenge('ak-stage-flow-error', { request_id: 'x' })],
    ['flow-error', challenge('ak-stage-captcha')],
    ['redirect-loop', challenge('ak-stage-user-login')],
  ] as const)('%s', async (code, override) => {
    expect((await login({}, override)).code).toBe(code);
  });

  test('redirect-loop when the app asks for a login again and again', async () => {
    const override: Override = (_request, url) =>
      url.host === 'wiki.home.example.com' && url.pathname === '/page'
        ? { status: 302, headers: { location: app } }
        : undefined;
    expect((await login({}, override)).code).toBe('redirect-loop');
  });

  test('landed-in-library when authentik forgot where the visitor came from', async () => {
    const override: Override = (_request, url) =>
      url.pathname === '/outpost.goauthentik.io/callback'
        ? { status: 302, headers: { location: `https://${authHost}/if/user/` } }
        : undefined;
    const failure = await login({}, override);
    expect(failure.code).toBe('landed-in-library');
  });

  test.each([
    'https://evil.example.com/',
    'http://auth.home.example.com/',
    'http://localhost/application/o/authorize/',
  ])('outside-host: %s', async (location) => {
    const override: Override = (_request, url) =>
      url.host === 'wiki.home.example.com' ? { status: 302, headers: { location } } : undefined;
    const failure = await login({}, override);
    expect(failure.code).toBe('outside-host');
    expect(failure.problem).toContain(new URL(location).origin);
  });

  test('flow-error when authentik breaks on the way', async () => {
    const override: Override = (_request, url) =>
      url.pathname.includes('/flows/executor/') ? { status: 502, body: 'no' } : undefined;
    expect((await login({}, override)).code).toBe('flow-error');
  });
});
