import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Engine, freshEngine } from '../machine/engine.ts';
import { CADDY_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE, WHOAMI_IMAGE } from '../machine/names.ts';

// The images of the tests are ours, so what the stack relies on in the official ones is proven here.
const COMPOSE = `
name: machine
services:
  database:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_PASSWORD: first, POSTGRES_USER: authentik, POSTGRES_DB: home }
    volumes: ['./db:/var/lib/postgresql/data']
    # Over TCP: on the socket it also answers while it is still making the database.
    healthcheck: { test: [CMD-SHELL, 'pg_isready -h 127.0.0.1 -d home -U authentik'], interval: 1s, retries: 30 }
  redis:
    image: ${REDIS_IMAGE}
    command: --save 60 1 --loglevel warning
    healthcheck: { test: [CMD, redis-cli, ping], interval: 1s, retries: 30 }
  caddy:
    image: ${CADDY_IMAGE}
    ports: ['8080:80']
    volumes: ['./caddy:/etc/caddy']
  whoami:
    image: ${WHOAMI_IMAGE}
`;

let engine: Engine;
let cwd: string;
const compose = (...args: string[]) => engine.compose(args, { cwd });

beforeAll(async () => {
  engine = await freshEngine();
  cwd = await mkdtemp(join(tmpdir(), 'machine-'));
  await writeFile(join(cwd, 'compose.yml'), COMPOSE);
  await mkdir(join(cwd, 'caddy'));
  await writeFile(join(cwd, 'caddy/Caddyfile'), ':80\nreverse_proxy whoami:80\n');
  await compose('up', '--detach', '--wait');
  return async () => {
    await compose('down', '--volumes');
    await rm(cwd, { recursive: true, force: true });
  };
});

const query = (password: string) =>
  compose(
    'exec',
    '--env',
    `PGPASSWORD=${password}`,
    'database',
    'psql',
    '-h',
    'database',
    '-U',
    'authentik',
    'home',
    '-Atc',
    'select current_database()',
  );

test('PostgreSQL makes its database once, for one user, and asks others on the network for the password', async () => {
  expect(await query('first')).toBe('home');
  await expect(query('wrong')).rejects.toThrow('password authentication failed');
  expect(await compose('exec', 'database', 'stat', '-c', '%u:%g %a', '/var/lib/postgresql/data')).toBe('70:70 700');
});

test('PostgreSQL keeps its first password', async () => {
  await writeFile(join(cwd, 'compose.yml'), COMPOSE.replace('POSTGRES_PASSWORD: first', 'POSTGRES_PASSWORD: second'));
  await compose('up', '--detach', '--wait', 'database');
  expect(await query('first')).toBe('home');
  await expect(query('second')).rejects.toThrow('password authentication failed');
});

test('PostgreSQL refuses to start without a password', async () => {
  const refusal = engine.docker(['run', '--rm', POSTGRES_IMAGE]);
  await expect(refusal).rejects.toThrow('Database is uninitialized and superuser password is not specified');
});

test('Redis takes options alone, and others may reach it', async () => {
  expect(await compose('exec', 'redis', 'redis-cli', '-h', 'redis', 'config', 'get', 'save')).toBe('save\n60 1');
});

test('Caddy serves the mounted file, has wget, and whoami tells what came through', async () => {
  const reply = await fetch('http://192.168.0.4:8080/hello', { headers: { 'x-test': 'yes' } });
  expect(await reply.text()).toMatch(
    /^Hostname: .*\nIP: .*\nGET \/hello HTTP\/1.1\nHost: 192.168.0.4:8080\n.*X-Test: yes\n/s,
  );
  expect(await compose('exec', 'caddy', 'wget', '-qO-', 'http://whoami/')).toContain('User-Agent: Wget');
  expect(await compose('exec', '--workdir', '/etc/caddy', 'caddy', 'caddy', 'reload')).toBe('');
});

test('the engine is cleared by prefix and by nothing else', async () => {
  await engine.docker(['network', 'create', 'mine-net']);
  await engine.remove({ prefix: 'mine' });
  expect(await engine.docker(['network', 'ls', '--format', '{{.Name}}'])).not.toContain('mine-net');
  expect(await compose('ps', '--services')).toContain('whoami');
});
