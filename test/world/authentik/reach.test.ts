import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { connectAuthentik } from '../../../src/world/authentik/client.ts';
import type { Address } from '../../../src/world/authentik/connection.ts';
import type { Tokens } from '../../../src/world/authentik/retry-client.ts';
import { bootstrap as bootstrapNow } from '../../standin/seed.ts';
import { until } from '../../until.ts';
import { bootstrapToken, fastClock, ownKey, steppingClock, up } from './up.ts';

const own = new Secret(ownKey);
const bootstrap = new Secret(bootstrapToken);

/** A server that answers every request alike, and counts. */
async function answering(status: number, body = '', headers: Record<string, string> = {}) {
  const counted: string[] = [];
  const server = createServer((request, response) => {
    counted.push(request.headers.authorization ?? '');
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  return { address: await listening(server), counted, server };
}

async function listening(server: Server): Promise<Address> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const to = (address: Address | undefined, tokens: Tokens = { own }, clock = fastClock()) =>
  connectAuthentik({ address: async () => address, tokens: async () => tokens, host: 'auth.home.example.com', clock });

const me = (is_superuser: boolean): string => JSON.stringify({ user: { is_superuser } });

describe('reach', () => {
  test('says in words what it waits for while authentik starts, then becomes ready', async () => {
    const here = await up({
      early: true,
      bootstrap: {},
      timings: { migrate: 1500, bootstrap: 5, blueprints: 30, outpostRefresh: 20 },
    });
    const words = new Set<string>();
    await until(async () => {
      const reach = await here.authentik.reach();
      if (reach.is !== 'ready') words.add(`${reach.is}: ${reach.because.says}`);
      return reach.is !== 'ready' && `${reach.because.says}`.includes('set up');
    });
    await here.edit((state) => bootstrapNow(state, { token: bootstrapToken }, false));
    expect((await here.authentik.reach()).is).toBe('ready');
    expect([...words]).toEqual([
      'starting: authentik is starting',
      'starting: authentik is being set up: it does not know the bootstrap token yet',
    ]);
  });

  test('a token of our own that authentik does not know is refused only when no bootstrap token is in play', async () => {
    const { address } = await answering(403, '{"detail":"Token invalid/expired"}');
    expect((await to(address, { own, bootstrap }).reach()).is).toBe('starting');
    expect((await to(address, { bootstrap }).reach()).is).toBe('starting');
    expect(await to(address, { own }).reach()).toMatchObject({ is: 'refused', failure: { code: 'token-refused' } });
    expect(await to(address, {}).reach()).toMatchObject({ is: 'refused', failure: { code: 'token-missing' } });
  });

  test('an owner who is no administrator is not ready', async () => {
    const { address } = await answering(200, me(false));
    expect(await to(address).reach()).toMatchObject({ is: 'refused', failure: { code: 'token-without-rights' } });
  });

  test('tries our own token first, and remembers the one that works', async () => {
    const here = await up();
    expect(here.server.requests.some(({ status, path }) => status === 403 && path.endsWith('/me/'))).toBe(true);
    const before = here.server.requests.length;
    await here.authentik.list('core/brands');
    expect(here.server.requests.slice(before).map(({ status }) => status)).toEqual([200]);
  });

  test.each([
    ['no container', undefined, "authentik's container does not run"],
    ['a port where nothing listens', { host: '127.0.0.1', port: 1 }, 'authentik does not answer'],
  ])('%s', async (_what, address, because) => {
    expect(await to(address).reach()).toMatchObject({ is: 'starting', because: { of: 'authentik', says: because } });
  });

  test('a database that is away comes right by itself', async () => {
    const { address } = await answering(500, '<html>', { 'content-type': 'text/html' });
    expect(await to(address).reach()).toMatchObject({
      is: 'starting',
      because: { code: 'broken', says: 'authentik answered with an error of its own (HTTP 500)' },
      crashed: true,
    });
  });

  test('something else that listens at its address is told', async () => {
    const { address } = await answering(404, '<html>', { 'content-type': 'text/html' });
    expect((await to(address).reach()).is).toBe('refused');
  });

  test('is asked once by all who ask at once, and believed for ten seconds', async () => {
    const { address, counted } = await answering(200, me(true));
    const clock = steppingClock();
    const authentik = to(address, { own }, clock);
    await Promise.all([authentik.reach(), authentik.reach(), authentik.reach()]);
    await authentik.reach();
    expect(counted).toHaveLength(1);
    clock.pass(10_000);
    await authentik.reach();
    expect(counted).toHaveLength(2);
  });

  test('does not wait for what is starting', async () => {
    const { address } = await answering(503, '{"error":"authentik starting"}', { 'retry-after': '5' });
    const clock = steppingClock();
    expect(await to(address, { own }, clock).reach()).toMatchObject({
      is: 'starting',
      because: { code: 'starting', says: 'authentik is starting' },
    });
    expect(clock.slept).toEqual([]);
  });
});

describe('the address', () => {
  test('is asked for again when its container was made anew', async () => {
    const first = await answering(200, me(true));
    const second = await answering(200, me(true));
    let address = first.address;
    const authentik = connectAuthentik({
      address: async () => address,
      tokens: async () => ({ own }),
      host: 'auth.home.example.com',
      clock: fastClock(),
    });
    expect(await authentik.get('admin/version')).toEqual(JSON.parse(me(true)));
    first.server.closeAllConnections();
    first.server.close();
    address = second.address;
    await authentik.get('admin/version');
    expect(second.counted.length).toBeGreaterThan(0);
    expect(second.counted.every((header) => header === `Bearer ${ownKey}`)).toBe(true);
  });
});

describe('our own token', () => {
  test('works only once authentik has its key, which kills the one before', async () => {
    const here = await up();
    expect(await here.authentik.ownTokenWorks()).toBe(false);
    const admin = (await here.state()).users.find(({ username }) => username === 'akadmin')!;
    await here.authentik.create('core/tokens', {
      identifier: 'homeauth',
      intent: 'api',
      user: admin.pk,
      expiring: false,
    });
    expect(await here.authentik.ownTokenWorks()).toBe(false);
    await here.authentik.installOwnKey('homeauth');
    expect(await here.authentik.ownTokenWorks()).toBe(true);
  });

  test('takes over in the middle of everything when the bootstrap token goes', async () => {
    const here = await up();
    const admin = (await here.state()).users.find(({ username }) => username === 'akadmin')!;
    await here.authentik.create('core/tokens', {
      identifier: 'homeauth',
      intent: 'api',
      user: admin.pk,
      expiring: false,
    });
    await here.authentik.installOwnKey('homeauth');
    await here.authentik.remove('core/tokens', 'authentik-bootstrap-token');
    await here.authentik.create('core/groups', { name: 'family' });
    expect((await here.authentik.list('core/groups')).map(({ name }) => name)).toContain('family');
  });
});

describe('first-run setup', () => {
  const late = { migrate: 5, bootstrap: 100, blueprints: 60, outpostRefresh: 20 };

  test.each(['2026.8.6', '2026.2.2'])('of %s is open until the bootstrap variables were read', async (version) => {
    const here = await up({ version, early: true, timings: late, bootstrap: {} });
    await until(async () => (await here.authentik.setup()) === 'open');
  });

  test.each(['2026.8.6', '2026.5.8'])('of %s is closed by the bootstrap token alone', async (version) => {
    const here = await up({ version });
    expect(await here.authentik.setup()).toBe('closed');
    const before = here.server.requests.length;
    expect(await here.authentik.setup()).toBe('closed');
    expect(here.server.requests).toHaveLength(before);
  });

  test('of 2026.2 is closed by a password, and not by the token', async () => {
    const token = await up({ version: '2026.2.2' });
    expect(await token.authentik.setup()).toBe('open');
    const password = await up({ version: '2026.2.2', bootstrap: { token: bootstrapToken, password: 'Throwaway1' } });
    expect(await password.authentik.setup()).toBe('closed');
  });

  test('is not known while nothing answers, or while authentik starts', async () => {
    expect(await to({ host: '127.0.0.1', port: 1 }).setup()).toBe('unknown');
    const { address } = await answering(503, '{"error":"authentik starting"}', { 'retry-after': '5' });
    expect(await to(address).setup()).toBe('unknown');
  });
});
