import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerMark, program } from '../src/people/rescue/program.ts';
import { freePort } from './machine/free-port.ts';
import { bundleStandin } from './standin/bundle.ts';
import { type LocalPostgres, localPostgres, postgresBin } from './standin/local-postgres.ts';
import { until } from './until.ts';

const home = mkdtempSync(join(tmpdir(), 'standin-'));
const bundle = join(home, 'ak.cjs');
const TOKEN = 'bootstrapToken0123456789';
const children: ChildProcess[] = [];

beforeAll(() => bundleStandin(bundle));
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

function container(command: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [bundle, command], {
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: home, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  child.stdout?.on('data', (part: Buffer) => lines.push(...part.toString().trim().split('\n')));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    lines,
    ended,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

test('refuses to start without a secret key', async () => {
  const server = container('server', {});
  expect(await server.ended).toBe(1);
  expect(server.lines.join('\n')).toContain('Secret key missing');
});

test('waits for PostgreSQL and says so', async () => {
  const port = String(await freePort());
  const env = { AUTHENTIK_SECRET_KEY: 'secretKey', AUTHENTIK_POSTGRESQL__HOST: '127.0.0.1' };
  const server = container('server', { ...env, AUTHENTIK_POSTGRESQL__PORT: port });
  const line = await until(async () => server.lines.find((one) => one.includes('retrying')));
  expect(JSON.parse(line).event).toContain(`connection to server at "127.0.0.1", port ${port} failed`);
  await server.stop();
});

const bin = postgresBin();

// Needs the binaries of PostgreSQL (Debian: postgresql); without them these three are reported as skipped.
describe.skipIf(!bin)('with PostgreSQL', () => {
  let pg: LocalPostgres;
  let env: Record<string, string>;
  beforeAll(async () => {
    pg = await localPostgres(bin ?? '');
    env = {
      AUTHENTIK_SECRET_KEY: 'secretKey0123456789',
      AUTHENTIK_POSTGRESQL__HOST: '127.0.0.1',
      AUTHENTIK_POSTGRESQL__PORT: String(pg.port),
      AUTHENTIK_POSTGRESQL__PASSWORD: pg.password,
      STANDIN_VERSION: '2026.8.6',
      STANDIN_TIMINGS: JSON.stringify({ migrate: 50, bootstrap: 20, blueprints: 200, outpostRefresh: 100 }),
    };
  });
  afterAll(() => pg.remove());

  test('says that the password is wrong, in the words of psycopg', async () => {
    const server = container('server', { ...env, AUTHENTIK_POSTGRESQL__PASSWORD: 'wrongPassword' });
    const said = 'FATAL:  password authentication failed for user "authentik"';
    await until(async () => server.lines.some((one) => JSON.parse(one).event.includes(said)));
    await server.stop();
  });

  test('refuses a trusted proxy without a mask', async () => {
    const server = container('server', { ...env, AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS: '10.0.0.0/8,192.168.0.5' });
    expect(await server.ended).toBe(1);
    expect(server.lines.at(-1)).toContain('invalid IP address syntax');
  });

  test('server and worker share the database, and both get over its absence', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const listen = { AUTHENTIK_LISTEN__HTTP: `127.0.0.1:${port}` };
    const server = container('server', { ...env, ...listen });
    const get = (path: string): Promise<Response> => fetch(`${url}${path}`, { headers });
    const headers = { Accept: 'application/json', Authorization: `Bearer ${TOKEN}` };
    await until(async () => (await get('/-/health/ready/')).ok);
    expect((await get('/api/v3/core/users/me/')).status).toBe(403);
    expect(await container('healthcheck', env).ended).toBe(0);

    const worker = container('worker', { ...env, AUTHENTIK_BOOTSTRAP_TOKEN: TOKEN });
    await until(async () => (await get('/api/v3/core/users/me/')).ok);
    await until(async () => {
      const { results } = (await (await get('/api/v3/managed/blueprints/?page_size=100')).json()) as {
        results: { status: string }[];
      };
      return results.length === 28 && results.every((one) => one.status === 'successful');
    });

    const shell = spawn(process.execPath, [bundle, 'shell', '-c', program], { env: { ...env, TMPDIR: home } });
    const words: string[] = [];
    shell.stdout.on('data', (part: Buffer) => words.push(part.toString()));
    shell.stdin.end('{"do":"people"}');
    expect(await new Promise((resolve) => shell.once('close', resolve))).toBe(0);
    expect(words.join('')).toContain(`\n${answerMark}{"people":[{"username":"akadmin","active":true,"admin":true}]}\n`);

    await pg.stop();
    expect((await get('/-/health/live/')).status).toBe(502);
    expect((await get('/-/health/ready/')).status).toBe(500);
    expect((await get('/api/v3/core/users/me/')).status).toBe(500);
    expect((await get('/outpost.goauthentik.io/ping')).status).toBe(204);
    await pg.start();
    await until(async () => (await get('/api/v3/core/users/me/')).ok);

    expect(await server.stop()).toBe(0);
    expect(await worker.stop()).toBe(0);
  });
});
