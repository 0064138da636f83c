import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { settingsOf } from '../../src/formats/settings-file.ts';
import { appApiKind } from '../../src/kinds/app-api.ts';
import type { AppApiFound, AppApiSpec } from '../../src/model/app-setting.ts';
import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import { ownHttp } from '../../src/world/http.ts';
import type { World } from '../../src/world/world.ts';

/** An app with an HTTP API for its settings, one part of which it never tells. */
let state: {
  settings: Record<string, unknown>;
  key: string;
  running: boolean;
  sent: string[];
  skips?: true;
  page?: string;
};
let keyFile: string | undefined;
let sent: string | undefined;
let port: number;
const server = createServer(async (request, response) => {
  const answer = (status: number, data: unknown) => response.writeHead(status).end(JSON.stringify(data));
  if (!state.running) return void request.socket.destroy();
  if (request.headers['x-api-key'] !== state.key) return void answer(401, { message: 'no' });
  if (request.method === 'GET') {
    if (state.page !== undefined) return void response.writeHead(200).end(state.page);
    const oauth = state.settings['oauth'] as object;
    return void answer(200, { ...state.settings, oauth: { ...oauth, secret: '' } });
  }
  const body = await textOf(request);
  state.sent.push(body);
  const said = JSON.parse(body);
  if ('unknown' in said) return void answer(400, { message: 'hush' });
  if (!state.skips) state.settings = { ...state.settings, ...said };
  answer(200, {});
});

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());
beforeEach(() => {
  const oauth = { enabled: false, issuer: 'https://old/', secret: 'theirs', other: 1 };
  state = { settings: { oauth, mail: { host: 'x' } }, key: 'right', running: true, sent: [] };
  keyFile = 'right\n';
  sent = undefined;
});

const container = { name: 'photos', running: true, networks: [], labels: {} };
const world = {
  http: ownHttp,
  files: {
    read: async (path: string) => (path === '/home/apps/photos@8080.sent' ? sent : keyFile),
    write: async (_: string, content: string) => {
      sent = content;
    },
    remove: async () => {
      sent = undefined;
    },
  },
  docker: {
    containers: async () => [container],
    dialAddress: async () => ({ host: '127.0.0.1', port }),
  },
} as unknown as World;

const key = 'photos:2283/api/settings';
const want: AppApiSpec = {
  upstream: 'photos:2283',
  read: '/api/settings',
  write: { method: 'PUT', path: '/api/settings', whole: false },
  key: { header: 'x-api-key', prefix: '', file: '/root/key' },
  hidden: ['oauth.secret'],
  sent: '/home/apps/photos@8080.sent',
  settings: [
    ...settingsOf({ oauth: { enabled: true, issuer: 'https://auth/' } }),
    { path: ['oauth', 'secret'], value: new Secret('hush') },
  ],
};
/** As the ledger keeps it, which has no secrets. */
const kept = <T>(spec: T): T => JSON.parse(JSON.stringify(spec));
async function seen(wanted = want): Promise<AppApiFound> {
  const found = await appApiKind.observe(key, world, wanted);
  expect(found).toMatchObject({ is: 'present' });
  return (found as { spec: AppApiFound }).spec;
}

test.each([true, false])(
  'ours are set, all else stays, a second look is silent (all is sent back: %s)',
  async (whole) => {
    const wanted = { ...want, write: { ...want.write, whole } };
    expect(appApiKind.differs(wanted, await seen()).map(({ says }) => says)).toEqual([
      'oauth.enabled: changed',
      'oauth.issuer: changed',
      'oauth.secret: changed',
    ]);
    await appApiKind.apply?.(key, wanted, world, undefined);
    const oauth = { enabled: true, issuer: 'https://auth/', secret: 'hush', other: 1 };
    expect(state.settings).toEqual({ oauth, mail: { host: 'x' } });
    expect(Object.keys(JSON.parse(state.sent[0] ?? ''))).toEqual(whole ? ['oauth', 'mail'] : ['oauth']);
    expect(appApiKind.differs(wanted, await seen())).toEqual([]);
  },
);

test('former values come back, but for what somebody has changed since and what it never tells', async () => {
  const before = kept(await seen());
  await appApiKind.apply?.(key, want, world, undefined);
  Object.assign(state.settings['oauth'] as object, { issuer: 'https://mine/' });
  const given = appApiKind.release?.(kept(want), before, await seen());
  await appApiKind.apply?.(key, given, world, undefined);
  expect(state.settings['oauth']).toMatchObject({ enabled: false, issuer: 'https://mine/', other: 1 });
  expect(JSON.stringify([before, given])).not.toMatch(/hush|theirs/);
});

test('without a key nothing is seen and nothing is touched; a container that is away is told when it is let go', async () => {
  keyFile = undefined;
  expect(appApiKind.differs(want, await seen())).toEqual([]);
  await appApiKind.apply?.(key, want, world, undefined);
  expect(state.sent).toEqual([]);
  container.running = false;
  keyFile = 'right';
  const away = await seen();
  expect(appApiKind.differs(want, away)).toEqual([]);
  expect(await appApiKind.keeps?.(want, away, world)).toMatchObject({ code: 'away' });
  container.running = true;
  const there = await seen();
  expect(await appApiKind.keeps?.(want, there, world)).toBeUndefined();
  keyFile = undefined;
  // Nobody can take it back any more.
  const left = await appApiKind.keeps?.(want, there, world);
  expect(left).toMatchObject({ code: 'left', says: expect.stringContaining('there is no key in /root/key') });
});

test.each([
  ['an expired key', () => Object.assign(state, { key: 'another' }), 'app-key-refused', true],
  ['an app that is starting', () => Object.assign(state, { running: false }), 'app-api-silent', undefined],
  ['another app', () => Object.assign(state, { page: '<html>' }), 'app-api-unknown', true],
  ['another app with settings', () => Object.assign(state, { page: '{"oauth":"hush"}' }), 'app-api-unknown', true],
  ['a key of two lines', () => (keyFile = 'right\nhush\n'), 'app-key-refused', true],
  ['another app with an API', () => Object.assign(state, { page: '{}' }), 'app-api-unknown', true],
])('%s has a name of its own, and is no difference', async (_, happen, code, isLost) => {
  happen();
  const found = await appApiKind.observe(key, world, want);
  expect(found).toMatchObject({ is: 'unknown', failure: { code }, ...(isLost && { isLost }) });
  const failure = await appApiKind.apply?.(key, want, world, undefined).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  expect(JSON.stringify([found, failure])).not.toContain('hush"');
  expect(state.sent).toEqual([]);
});

test('where its container has gone meanwhile, nobody else of that name is sent the key', async () => {
  const wanted = { ...want, upstream: `localhost:${port}` };
  const failure = await appApiKind.apply?.(key, wanted, world, undefined).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'app-api-silent' });
  expect(state.sent).toEqual([]);
});

test('an app on this server itself is asked at its own address', async () => {
  const wanted = { ...want, upstream: `host.docker.internal:${port}` };
  await appApiKind.apply?.(key, wanted, world, undefined);
  expect(state.settings['oauth']).toMatchObject({ enabled: true });
});

test('what it refuses has a name, and is not quoted', async () => {
  const wanted = { ...want, settings: [...want.settings, ...settingsOf({ unknown: 1 })] };
  const failure = await appApiKind.apply?.(key, wanted, world, undefined).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'app-api-refused', fix: expect.stringMatching(/homeauth app photos$/) });
  expect(JSON.stringify(failure)).not.toContain('hush');
});

test('what it says that it took, and did not take, differs still', async () => {
  state.skips = true;
  await appApiKind.apply?.(key, want, world, undefined);
  expect(appApiKind.differs(want, await seen()).map(({ says }) => says)).toEqual([
    'oauth.enabled: changed',
    'oauth.issuer: changed',
  ]);
});

test('another secret is sent, although the app never tells it', async () => {
  await appApiKind.apply?.(key, want, world, undefined);
  const other = {
    ...want,
    settings: [...want.settings.slice(0, 2), { path: ['oauth', 'secret'], value: new Secret('new') }],
  };
  expect(appApiKind.differs(other, await seen(other)).map(({ says }) => says)).toEqual(['oauth.secret: changed']);
  await appApiKind.apply?.(key, other, world, undefined);
  expect(state.settings['oauth']).toMatchObject({ secret: 'new' });
  expect(appApiKind.differs(other, await seen(other))).toEqual([]);
  expect(sent).not.toContain('new');
});
