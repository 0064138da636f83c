import { expect, test } from 'vitest';
import type { App, Config } from '../../src/config/config.ts';
import { Secret } from '../../src/model/secret.ts';
import { proveOpenPaths } from '../../src/verify/open-paths.ts';
import type { ProbeContext } from '../../src/verify/probe.ts';
import type { HttpAnswer, HttpRequest } from '../../src/world/world.ts';
import { dataOf } from '../words.ts';
import { answer, to } from './answers.ts';

const host = 'wiki.home.example.com';
const wiki: App = {
  name: 'wiki',
  title: 'Wiki',
  host,
  upstream: 'wiki:80',
  mode: 'app',
  openPaths: ['/health', '/share/*'],
};
const back = encodeURIComponent(`https://${host}/outpost.goauthentik.io/callback`);
const login = to(`https://auth.home.example.com/application/o/authorize/?client_id=x&redirect_uri=${back}`);
const isOpen = ({ pathname }: URL) => pathname === '/health' || /^\/share\/nonce\d$/.test(pathname);

async function proven(ask: (url: URL, headers: HttpRequest['headers']) => HttpAnswer, app = wiki) {
  let serial = 0;
  const context = {
    world: {
      http: { dial: async ({ url, headers }: HttpRequest) => ask(new URL(url), headers) },
      random: { alphanumeric: () => new Secret(`nonce${++serial}`) },
    },
    config: { authHost: 'auth.home.example.com', apps: [] } as unknown as Config,
    entrance: {},
  } as unknown as ProbeContext;
  return proveOpenPaths(context, app);
}

test('says nothing of an app that opens nothing', async () => {
  const { openPaths: _, ...shut } = wiki;
  expect(await proven(() => login, shut)).toEqual([]);
});

test('is content where the paths are open, and nothing beside them', async () => {
  const found = await proven((url) => (isOpen(url) ? answer(404) : login));
  expect(found).toMatchObject([{ id: 'open-paths', status: 'ok', answer: '16 disguises tried' }]);
});

test.each([200, 404, 302])('notices an app that answers %i beside them', async (status) => {
  const app = answer(status, status === 302 ? { headers: { location: '/login' } } : {});
  const found = await proven((url) => (isOpen(url) || url.pathname.includes(';') ? app : login));
  expect(found).toMatchObject([{ status: 'fail', answer: '/health/..;/nonce1, /share/..;/nonce1' }]);
});

test('takes a refusal, or nobody at home, for no way in', async () => {
  for (const status of [400, 403, 502])
    expect(await proven((url) => (isOpen(url) ? answer(200) : answer(status)))).toMatchObject([{ status: 'ok' }]);
});

test('notices forged headers that arrive there', async () => {
  const found = await proven((url, headers) =>
    isOpen(url) ? answer(200, { body: `you are ${headers?.['Remote-User']}` }) : login,
  );
  expect(found.map(dataOf)).toMatchObject([{ status: 'fail', cause: expect.stringContaining('forged header') }]);
});

test('notices a path that is not open yet', async () => {
  const found = await proven((url) => (url.pathname === '/health' ? answer(200) : login));
  expect(found).toMatchObject([{ status: 'warn', answer: '/share/*' }]);
});
