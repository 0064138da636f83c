import * as oidc from 'openid-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { send } from './recordings/send.ts';
import { Browser, type Page } from './standin/browser.ts';
import { type ReadyStack, startReady } from './standin/ready.ts';

const AUTH = 'auth.home.example.com';
const CALLBACK = 'https://photos.home.example.com/auth/login';
const LOGIN = {
  'ak-stage-identification': { uid_field: 'akadmin' },
  'ak-stage-password': { password: 'AdminThrowaway1!' },
  'ak-stage-consent': {},
};

let stack: ReadyStack;
let browser: Browser;
beforeEach(async () => {
  stack = await startReady();
  browser = new Browser(stack.server.url);
});
afterEach(() => stack.close());

type Row = Record<string, unknown> & { pk: string };

async function made(path: string, body: object): Promise<Row> {
  const { status, body: row } = await stack.api('POST', path, body);
  expect([path, status, status < 300 ? '' : row]).toEqual([path, 201, '']);
  return row as Row;
}

async function listed(path: string): Promise<Row[]> {
  return ((await stack.api('GET', path)).body as { results: Row[] }).results;
}

/** A provider for an app of photos, as it has to be for a login, and its application. */
async function photos(otherwise: object = {}): Promise<{ application: Row }> {
  const flows = await listed('/flows/instances/?page_size=100');
  const flow = (slug: string) => flows.find((one) => one['slug'] === slug)?.pk;
  const mappings = await listed('/propertymappings/provider/scope/?page_size=100');
  const keys = await listed('/crypto/certificatekeypairs/');
  const provider = await made('/providers/oauth2/', {
    name: 'photos',
    authorization_flow: flow('default-provider-authorization-implicit-consent'),
    invalidation_flow: flow('default-provider-invalidation-flow'),
    client_id: 'photosid',
    client_secret: 'photossecret',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [{ matching_mode: 'strict', url: CALLBACK }],
    signing_key: keys[0]?.pk,
    property_mappings: mappings
      .filter((one) => ['openid', 'email', 'profile', 'offline_access'].includes(String(one['scope_name'])))
      .map(({ pk }) => pk),
    ...otherwise,
  });
  return { application: await made('/core/applications/', { name: 'Photos', slug: 'photos', provider: provider.pk }) };
}

/** Asks the stand-in as a client on the net would: by its public name, through a proxy. */
const throughProxy: oidc.CustomFetch = async (url, { method = 'GET', headers, body }) => {
  const { host, pathname, search } = new URL(url);
  const forwarded = { ...(headers as Record<string, string>), host, 'x-forwarded-proto': 'https' };
  const asked = { method, path: `${pathname}${search}`, headers: forwarded, body: body && String(body) };
  const answer = await send(stack.server.url, asked);
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const { 'content-type': type = '' } = answer.headers;
  return new Response(text || null, { status: answer.status, headers: { 'content-type': String(type) } });
};

const discovered = () =>
  oidc.discovery(new URL(`https://${AUTH}/application/o/photos/`), 'photosid', 'photossecret', undefined, {
    [oidc.customFetch]: throughProxy,
    // Or it does not look at the signature of what came straight from authentik.
    execute: [oidc.enableNonRepudiationChecks],
  });

/** Follows what stays on authentik's host. */
async function follow(url: URL): Promise<Page> {
  let page = await browser.open(url.host, `${url.pathname}${url.search}`);
  while (page.status === 302 && page.location) {
    const next = new URL(page.location, `https://${AUTH}`);
    if (next.host !== AUTH) return page;
    const path = `${next.pathname}${next.search}`;
    page = path.startsWith('/if/flow/')
      ? { ...page, location: await browser.flow(AUTH, path, LOGIN) }
      : await browser.open(AUTH, path);
  }
  return page;
}

const asked = { redirect_uri: CALLBACK, scope: 'openid email profile offline_access groups', state: 'aState' };

/** Logs in with a challenge and a nonce. */
async function entered(config: oidc.Configuration) {
  const verifier = oidc.randomPKCECodeVerifier();
  const code_challenge = await oidc.calculatePKCECodeChallenge(verifier);
  const more = { code_challenge, code_challenge_method: 'S256', nonce: 'aNonce' };
  const page = await follow(oidc.buildAuthorizationUrl(config, { ...asked, ...more }));
  const back = new URL(page.location ?? '');
  const checks = { pkceCodeVerifier: verifier, expectedState: 'aState', expectedNonce: 'aNonce' };
  return { back, checks, exchange: () => oidc.authorizationCodeGrant(config, back, checks) };
}

test('a client that follows the standard logs in, reads who it is, and refreshes', async () => {
  await photos();
  const config = await discovered();
  const { back, exchange } = await entered(config);
  expect(`${back.origin}${back.pathname}`).toBe(CALLBACK);
  const tokens = await exchange();
  const claims = tokens.claims();
  expect(claims).toMatchObject({ preferred_username: 'akadmin', groups: ['authentik Admins'], email_verified: false });
  const told = await oidc.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
  expect(told).toMatchObject({ sub: claims?.sub, email: claims?.['email'], preferred_username: 'akadmin' });
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
  expect(refreshed.claims()?.sub).toBe(claims?.sub);
  await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  });
});

test('a code works once', async () => {
  await photos();
  const { exchange } = await entered(await discovered());
  await exchange();
  await expect(exchange()).rejects.toMatchObject({ error: 'invalid_grant' });
});

test('a code is good for a minute', async () => {
  await photos({ access_code_validity: 'seconds=0' });
  const { exchange } = await entered(await discovered());
  await expect(exchange()).rejects.toMatchObject({ error: 'invalid_grant' });
});

test('a challenge has to be answered, and an answer needs a challenge', async () => {
  await photos();
  const config = await discovered();
  const { back, checks } = await entered(config);
  const { pkceCodeVerifier: _, ...unanswered } = checks;
  await expect(oidc.authorizationCodeGrant(config, back, unanswered)).rejects.toMatchObject({ error: 'invalid_grant' });
  const plain = new URL((await follow(oidc.buildAuthorizationUrl(config, asked))).location ?? '');
  const answered = { expectedState: 'aState', pkceCodeVerifier: 'v'.repeat(43) };
  await expect(oidc.authorizationCodeGrant(config, plain, answered)).rejects.toMatchObject({ error: 'invalid_grant' });
});

test('an address to come back to is compared to the letter', async () => {
  await photos();
  const config = await discovered();
  const others = [
    `${CALLBACK}/`,
    CALLBACK.replace('https', 'http'),
    CALLBACK.replace('.com/', '.com:443/'),
    CALLBACK.replace('photos', 'Photos'),
  ];
  for (const redirect_uri of others) {
    const page = await follow(oidc.buildAuthorizationUrl(config, { ...asked, redirect_uri }));
    expect([redirect_uri, page.status, page.location]).toEqual([redirect_uri, 400, undefined]);
  }
});

test('without grant types every login ends with an error at the app', async () => {
  await photos({ grant_types: undefined });
  const page = await follow(oidc.buildAuthorizationUrl(await discovered(), asked));
  expect(new URL(page.location ?? '').searchParams.get('error')).toBe('invalid_request');
});

test('without mappings the app is told nobody', async () => {
  await photos({ property_mappings: undefined });
  const config = await discovered();
  expect(config.serverMetadata().scopes_supported).toEqual(['openid']);
  const { back, checks } = await entered(config);
  await expect(oidc.authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true })).rejects.toThrow();
});

test('without a key a client that wants RS256 does not believe the token', async () => {
  await photos({ signing_key: null });
  const config = await discovered();
  expect(config.serverMetadata().id_token_signing_alg_values_supported).toEqual(['HS256']);
  const { exchange } = await entered(config);
  await expect(exchange()).rejects.toThrow();
});

test('whoever is outside of the bound group gets a page, and the app hears nothing', async () => {
  const { application } = await photos();
  const group = await made('/core/groups/', { name: 'family' });
  await made('/policies/bindings/', { target: application.pk, group: group.pk, order: 0 });
  const page = await follow(oidc.buildAuthorizationUrl(await discovered(), asked));
  expect([page.status, page.location, page.text]).toEqual([
    200,
    undefined,
    expect.stringContaining('Permission denied'),
  ]);
});

test('logging out of the app ends what it was given, and takes no address but those that are registered', async () => {
  const logout = { matching_mode: 'strict', url: 'https://photos.home.example.com/', redirect_uri_type: 'logout' };
  await photos({ redirect_uris: [{ matching_mode: 'strict', url: CALLBACK }, logout] });
  const config = await discovered();
  const tokens = await (await entered(config)).exchange();
  const end = (after: string) => oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: after });
  expect((await browser.open(AUTH, end('https://evil.test/').href.replace(`https://${AUTH}`, ''))).status).toBe(400);
  expect((await browser.open(AUTH, end(logout.url).href.replace(`https://${AUTH}`, ''))).status).toBe(302);
  await expect(oidc.fetchUserInfo(config, tokens.access_token, oidc.skipSubjectCheck)).rejects.toThrow();
});

test('what an app would be told of somebody is shown without a login', async () => {
  await photos();
  const provider = (await listed('/providers/oauth2/')).find((one) => one['name'] === 'photos');
  const [admin] = (await listed('/core/users/?username=akadmin')) as unknown as { pk: number }[];
  const { body } = await stack.api('GET', `/providers/oauth2/${provider?.pk}/preview_user/?for_user=${admin?.pk}`);
  expect(body).toMatchObject({ preview: { preferred_username: 'akadmin', groups: ['authentik Admins'] } });
});
