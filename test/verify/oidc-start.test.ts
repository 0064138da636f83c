import { expect, test } from 'vitest';
import type { LoginStart } from '../../src/config/config.ts';
import type { Speaker } from '../../src/config/oidc.ts';
import { Secret } from '../../src/model/secret.ts';
import { proveStart } from '../../src/verify/oidc-start.ts';
import type { ProbeContext } from '../../src/verify/probe.ts';
import type { HttpAnswer, HttpRequest } from '../../src/world/world.ts';
import { answer, to } from './answers.ts';

const back = 'https://wiki.home.example.com/cb';
const authorize = `https://auth.home.example.com/application/o/authorize/?client_id=its-id&redirect_uri=${encodeURIComponent(back)}`;

async function started(loginStart: LoginStart, app: (request: HttpRequest) => HttpAnswer) {
  const asked: HttpRequest[] = [];
  const context = {
    config: { authHost: 'auth.home.example.com' },
    entrance: {},
    clients: { wiki: { id: 'its-id', secret: new Secret('hush') } },
    world: {
      http: {
        async dial(request: HttpRequest) {
          asked.push(request);
          return app(request);
        },
      },
    },
  } as unknown as ProbeContext;
  const redirectUris = [{ url: back, mode: 'strict', type: 'authorization' }] as const;
  const wiki = {
    name: 'wiki',
    host: 'wiki.home.example.com',
    oidc: { redirectUris, loginStart },
  } as unknown as Speaker;
  const [found] = await proveStart(context, wiki);
  return { found, asked, said: JSON.stringify(found) };
}

test('a link: redirects of the app itself are followed', async () => {
  const { found } = await started({ method: 'GET', url: 'https://wiki.home.example.com/login' }, ({ url }) =>
    url.endsWith('/login') ? to('/oauth/go') : to(authorize),
  );
  expect(found).toMatchObject({ status: 'ok', answer: back });
});

test('a script that is told the address', async () => {
  const start = {
    method: 'POST',
    url: 'https://wiki.home.example.com/api/oauth/authorize',
    body: { redirectUri: back },
  } as const;
  const url = authorize.replaceAll('/', '\\/').replaceAll('&', '\\u0026');
  const { found, asked } = await started(start, () => answer(201, { body: `{"url":"${url}"}` }));
  expect(found?.status).toBe('ok');
  expect(asked[0]).toMatchObject({ method: 'POST', body: JSON.stringify({ redirectUri: back }) });
});

test('a button with a token against forged forms: it is read on the page that the app shows, with its cookie', async () => {
  const start = {
    method: 'POST',
    url: 'https://wiki.home.example.com/oidc/login',
    formToken: { name: '_token' },
  } as const;
  const { found, asked } = await started(start, ({ url, method, headers }) => {
    if (method === 'POST') return headers?.['cookie'] === 'session=1' ? to(authorize) : answer(419);
    if (url.endsWith('/login'))
      return answer(200, { cookies: ['session=1; Path=/'], body: '<input type="hidden" value="t0ken" name="_token">' });
    return to('/login');
  });
  expect(found?.status).toBe('ok');
  expect(asked.at(-1)?.body).toBe('_token=t0ken');
});

test('the same where the token comes as JSON from an address of its own', async () => {
  const start = {
    method: 'POST',
    url: 'https://wiki.home.example.com/api/auth/signin/custom',
    formToken: { name: 'csrfToken', from: 'https://wiki.home.example.com/api/auth/csrf' },
  } as const;
  const { found, asked } = await started(start, ({ method }) =>
    method === 'POST' ? to(authorize) : answer(200, { body: '{"csrfToken": "abc"}' }),
  );
  expect(found?.status).toBe('ok');
  expect(asked.at(-1)?.body).toBe('csrfToken=abc');
});

test('an app that goes by another client, or leads round in circles, is told', async () => {
  const link = { method: 'GET', url: 'https://wiki.home.example.com/login' } as const;
  const other = await started(link, () => to(authorize.replace('its-id', 'another')));
  expect(other).toMatchObject({ found: { status: 'warn' } });
  expect(other.said).toContain('calls itself otherwise');
  const round = await started(link, () => to('/login'));
  expect(round.said).toContain('does not begin a login with authentik yet');
});
