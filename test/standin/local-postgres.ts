import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../machine/free-port.ts';

const run = promisify(execFile);
const ROOT = '/usr/lib/postgresql';
const NOBODY = 65534;

/** The newest PostgreSQL that Debian has put here, if any. */
export function postgresBin(): string | undefined {
  const versions = existsSync(ROOT) ? readdirSync(ROOT) : [];
  const found = versions.map((one) => join(ROOT, one, 'bin')).filter((bin) => existsSync(join(bin, 'initdb')));
  return found.at(-1);
}

export interface LocalPostgres {
  port: number;
  password: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** A PostgreSQL of its own in a temporary directory, on a free port, with user and database `authentik`. */
export async function localPostgres(bin: string): Promise<LocalPostgres> {
  const home = mkdtempSync(join(tmpdir(), 'standin-pg-'));
  const data = join(home, 'data');
  const secret = join(home, 'password');
  const password = 'pgThrowaway0123456789';
  // PostgreSQL refuses to run as root.
  const who = userInfo().uid === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  writeFileSync(secret, password);
  if (who.uid) for (const path of [home, secret]) chownSync(path, NOBODY, NOBODY);
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'authentik', '-A', 'scram-sha-256', '--pwfile', secret, '-N'], who);
  const port = await freePort();
  const control = (...rest: string[]) => run(join(bin, 'pg_ctl'), ['-D', data, '-w', ...rest], who);
  const options = `-p ${port} -k ${home} -c listen_addresses=127.0.0.1 -c fsync=off`;
  const start = async (): Promise<void> => {
    // pg_ctl hands its output to the server, so a pipe would never close.
    const child = spawn(join(bin, 'pg_ctl'), ['-D', data, '-w', '-o', options, 'start'], { ...who, stdio: 'ignore' });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`pg_ctl start ended with ${code}`);
  };
  await start();
  await run(join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'authentik', 'authentik'], {
    env: { PGPASSWORD: password },
  });
  return {
    port,
    password,
    start,
    stop: async () => {
      await control('-m', 'immediate', 'stop');
    },
    remove: async () => {
      await control('-m', 'immediate', 'stop').catch(() => {});
      rmSync(home, { recursive: true, force: true });
    },
  };
}
