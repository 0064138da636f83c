import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { databaseConnections, databaseTrouble } from '../../src/installation/database.ts';
import { roleKind } from '../../src/kinds/role.ts';
import { connectDocker } from '../../src/world/docker/connect.ts';
import type { Docker } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';
import { type Engine, freshEngine } from '../machine/engine.ts';
import { POSTGRES_IMAGE } from '../machine/names.ts';

const name = 'authentik-postgresql';
const password = "throw'away:1 \\a";
const command = ['postgres', '-c', 'max_connections=20'];

const script = '/docker-entrypoint-initdb.d/authentik.sql';

let engine: Engine;
let docker: Docker;
let directory: string;
const cli = (...argv: string[]) =>
  promisify(execFile)('docker', argv, { env: { ...process.env, DOCKER_HOST: engine.host } });
const holding = (connections: number) =>
  Promise.all(
    Array.from({ length: connections }, () =>
      cli('exec', '-d', name, 'psql', '-U', 'authentik', '-c', 'select pg_sleep(300)'),
    ),
  );
const started = (superuser: string) => {
  const given = [`POSTGRES_USER=${superuser}`, 'POSTGRES_DB=authentik', `POSTGRES_PASSWORD=${password}`];
  const mounted = superuser === 'postgres' ? ['-v', `${join(directory, 'role.sql')}:${script}:ro`] : [];
  const env = given.flatMap((one) => ['-e', one]);
  return cli('run', '-d', '--name', name, ...mounted, ...env, POSTGRES_IMAGE, ...command);
};
/** As from another container: over the network, with a password. */
const remotely = (user: string, sql: string) => {
  const psql = `psql -X -A -t -h "$(hostname -i | cut -d' ' -f1)" -U ${user} -d authentik -c "$0"`;
  return cli('exec', '-e', `PGPASSWORD=${password}`, name, 'sh', '-c', psql, sql);
};
/** What it says once `isRight`; the engine may be slow. */
async function found(isRight: (one: Awaited<ReturnType<typeof databaseConnections>>) => boolean) {
  for (let n = 0; ; n++) {
    const one = await databaseConnections(docker);
    if (isRight(one) || n === 60) return one;
    await sleep(500);
  }
}

/** Once it listens to the network: before that it still makes the database. */
async function isServing(): Promise<void> {
  for (let n = 0; ; n++) {
    const answer = await cli('exec', name, 'pg_isready', '-h', '127.0.0.1').catch((error: unknown) => error);
    if (!(answer instanceof Error)) return;
    if (n === 60) throw answer;
    await sleep(500);
  }
}

beforeAll(async () => {
  engine = await freshEngine();
  docker = connectDocker({ ...process.env, DOCKER_HOST: engine.host });
  directory = await mkdtemp(join(tmpdir(), 'role-'));
  await copyFile(join(import.meta.dirname, '../../templates/postgresql-role.sql.hbs'), join(directory, 'role.sql'));
}, 120_000);
afterAll(() => rm(directory, { recursive: true, force: true }));
afterEach(() => cli('rm', '-f', '-v', name));

test('a real PostgreSQL says how many connections are taken, and when none is left', async () => {
  await started('authentik');
  expect(await found((one) => one?.allowed === 20)).toEqual({ isFull: false, used: 0, allowed: 20 });
  await holding(18);
  expect(await found((one) => one?.used === 18)).toEqual({ isFull: true, used: 18, allowed: 20 });
  await holding(2);
  expect(await found((one) => one?.used === undefined)).toEqual({ isFull: true });
  expect(await databaseTrouble(docker)).toMatchObject({ code: 'database-full' });
  await cli('restart', name);
  expect(await found((one) => one?.used === 0)).toEqual({ isFull: false, used: 0, allowed: 20 });
}, 120_000);

test('a role that is no superuser leaves it the connections that are kept for it', async () => {
  await started('postgres');
  await isServing();
  const world = { docker } as World;
  const look = () => roleKind.observe('authentik', world);
  expect(await look()).toEqual({ is: 'present', spec: {} });

  // What authentik's migrations ask for, and no more.
  await remotely(
    'authentik',
    'create table one (id integer); create schema template; create table template.two (id integer)',
  );
  await expect(remotely('authentik', 'create role another')).rejects.toThrow('permission denied');
  await expect(remotely('postgres', 'select 1')).rejects.toThrow('password authentication failed');

  await holding(20);
  expect(await found((one) => one?.used === 17)).toEqual({ isFull: true, used: 17, allowed: 20 });
  await cli('restart', name);
  await found((one) => one?.used === 0);
  expect(await look()).toEqual({ is: 'present', spec: {} });
  expect((await cli('logs', name)).stderr).not.toContain('throw');
}, 120_000);

const takenBack = 'alter database authentik owner to postgres; alter role authentik password null';

test.each([
  ['before anything', 'drop database authentik; drop role authentik'],
  ['after the role', 'drop database authentik; alter role authentik nologin'],
  ['before the database is its own', takenBack],
  ['at its very end', `alter role postgres password 'other'`],
])(
  'it is made where making it was cut off %s',
  async (_, left) => {
    await started('postgres');
    await isServing();
    for (const sql of left.split('; ')) await cli('exec', name, 'psql', '-U', 'postgres', '-c', sql);
    const world = { docker } as World;
    expect(await roleKind.observe('authentik', world)).toEqual({ is: 'absent' });
    await roleKind.apply?.('authentik', { script }, world, undefined);
    expect(await roleKind.observe('authentik', world)).toEqual({ is: 'present', spec: {} });
    await remotely('authentik', 'create schema template');
  },
  120_000,
);
