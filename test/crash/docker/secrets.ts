import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { homeauth } from '../../e2e/main-job/homeauth.ts';
import { containerNames, inspect } from '../../e2e/main-job/look.ts';
import { domain, type Place } from '../../e2e/main-job/place.ts';
import { type Search, stack } from '../canaries.ts';
import { realSecrets } from './state.ts';
import { allArguments, watching } from './watch.ts';

/** A life of the real command on the real Engine, and whoever could overhear it. */
export async function searchOnTheEngine(place: Place): Promise<Search> {
  const { engine, around } = place;
  const owners = randomBytes(12).toString('hex');
  const canaries = new Set([owners]);
  /** What was said, or can be read, each once; and where. */
  const told = new Map<string, string>();
  const readable = new Map<string, string>();
  const passwordFile = join(around, 'password');
  await writeFile(passwordFile, `${owners}\n`, { mode: 0o600 });

  // Nothing of this run: what tests keep there, and the password.
  const before = new Set(
    (await readdir(tmpdir())).map((name) => join(tmpdir(), name)).filter((path) => path !== around),
  );
  before.add(passwordFile);
  const look = async () => {
    // One is there for some seconds only.
    for (const value of Object.values(await realSecrets(place))) canaries.add(value);
    for (const line of await allArguments()) told.set(line, `the arguments of ${line.split(' ')[0]}`);
    for (const [path, text] of await othersCanRead(place, before)) readable.set(text, path);
  };
  const run = async (...args: string[]) => {
    const { code, out, err } = await homeauth(args);
    // What is no question of secrets may be wrong here: this machine's name is in no DNS.
    if (code !== 0 && args[0] !== 'doctor') throw new Error(`homeauth ${args[0]} ended with ${code}: ${err}`);
    told.set(out, `homeauth ${args[0]}: stdout`).set(err, `homeauth ${args[0]}: stderr`);
  };
  const events = execa('docker', ['events', '--format', '{{json .}}'], {
    env: { DOCKER_HOST: engine.host },
    reject: false,
  });
  try {
    await watching(async () => {
      await run(...place.init, '--admin-password-file', passwordFile);
      await run('add-app', 'whoami', '--yes', '--admin-password-file', passwordFile);
      for (const json of [[], ['--json']]) {
        for (const command of ['doctor', 'status', 'plan', 'verify']) await run(command, ...json);
      }
      for (const name of await containerNames(engine)) readable.set(await open(place, name), `docker inspect ${name}`);
      await run('uninstall', '--yes', '--confirm', domain);
    }, look);
  } finally {
    events.kill();
  }
  // With the arguments of whatever ran inside a container, however short it was.
  told.set((await events).stdout, 'docker events');
  const isIn = (text: string) => [...canaries].some((value) => text.includes(value.slice(0, 12)));
  const found = [...told, ...readable].filter(([text]) => isIn(text)).map(([, where]) => where);
  return { canaries: canaries.size, told: told.size, readable: readable.size, found };
}

/** All that `docker inspect` says; the environment of the stack's own is what its secrets are for. */
async function open({ engine }: Place, name: string): Promise<string> {
  const all = await inspect(engine, name);
  return JSON.stringify(stack.includes(name) ? { ...all, Config: { ...all.Config, Env: [] } } : all);
}

/** Temporary files whatever their mode, and what others may read of the installation. */
async function othersCanRead({ base }: Place, before: ReadonlySet<string>): Promise<[path: string, text: string][]> {
  const found: [string, string][] = [];
  const walk = async (path: string): Promise<void> => {
    // The database's own: a thousand files in a directory that is closed to others.
    if (path === join(base, 'authentik/db') || before.has(path)) return;
    const stat = await lstat(path).catch(() => undefined);
    if (stat?.isDirectory()) for (const name of await readdir(path).catch(() => [])) await walk(join(path, name));
    const isOurs = path.startsWith(`${base}/`) || path.startsWith('/etc/homeauth');
    if (!stat?.isFile() || (isOurs && (stat.mode & 0o004) === 0)) return;
    found.push([path, await readFile(path, 'latin1').catch(() => '')]);
  };
  for (const top of [tmpdir(), '/etc/homeauth', '/etc/homeauth.begun']) await walk(top);
  return found;
}
