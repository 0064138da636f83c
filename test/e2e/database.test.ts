import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseConnections, databaseTrouble } from '../../src/procedures/database.ts';
import { connectDocker } from '../../src/world/docker/connect.ts';
import type { Docker } from '../../src/world/docker/docker.ts';
import { type Engine, freshEngine } from '../machine/engine.ts';

const name = 'authentik-postgresql';
const given = ['POSTGRES_USER=authentik', 'POSTGRES_DB=authentik', 'POSTGRES_PASSWORD=throwaway'];
const command = ['postgres', '-c', 'max_connections=20'];

let engine: Engine;
let docker: Docker;
const cli = (...argv: string[]) =>
  promisify(execFile)('docker', argv, { env: { ...process.env, DOCKER_HOST: engine.host } });
const holding = (connections: number) =>
  Promise.all(
    Array.from({ length: connections }, () =>
      cli('exec', '-d', name, 'psql', '-U', 'authentik', '-c', 'select pg_sleep(300)'),
    ),
  );
/** What it says once `isRight`; the engine may be slow. */
async function found(isRight: (one: Awaited<ReturnType<typeof databaseConnections>>) => boolean) {
  for (let n = 0; ; n++) {
    const one = await databaseConnections(docker);
    if (isRight(one) || n === 60) return one;
    await sleep(500);
  }
}

beforeAll(async () => {
  engine = await freshEngine();
  docker = connectDocker({ ...process.env, DOCKER_HOST: engine.host });
  await cli('run', '-d', '--name', name, ...given.flatMap((one) => ['-e', one]), 'postgres:16-alpine', ...command);
}, 120_000);
afterAll(() => cli('rm', '-f', '-v', name));

test('a real PostgreSQL says how many connections are taken, and when none is left', async () => {
  expect(await found((one) => one?.allowed === 20)).toEqual({ isFull: false, used: 0, allowed: 20 });
  await holding(18);
  expect(await found((one) => one?.used === 18)).toEqual({ isFull: true, used: 18, allowed: 20 });
  await holding(2);
  expect(await found((one) => one?.used === undefined)).toEqual({ isFull: true });
  expect(await databaseTrouble(docker)).toMatchObject({ code: 'database-full' });
  await cli('restart', name);
  expect(await found((one) => one?.used === 0)).toEqual({ isFull: false, used: 0, allowed: 20 });
}, 120_000);
