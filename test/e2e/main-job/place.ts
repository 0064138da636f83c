import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Engine, freshEngine } from '../../machine/engine.ts';

export const domain = 'home.example.com';

/** An engine with nothing in it, a base directory that is not there yet, and an /etc of our own. */
export interface Place {
  readonly engine: Engine;
  /** A directory around everything else. */
  readonly around: string;
  readonly base: string;
  /** What homeauth makes below the base directory. */
  readonly root: string;
  /** What `init` is told. */
  readonly init: readonly string[];
  close(): Promise<void>;
}

export async function openPlace(): Promise<Place> {
  const engine = await freshEngine();
  const uncover = await coverEtc();
  const around = await mkdtemp(join(tmpdir(), 'main-job-'));
  const base = join(around, 'docker');
  return {
    engine,
    around,
    base,
    root: join(base, 'authentik'),
    init: ['init', '--yes', '--domain', domain, '--base-dir', base, ...helen, '--tls', 'internal'],
    async close() {
      await engine.remove({ prefix: '' });
      await uncover();
      await rm(around, { recursive: true, force: true });
    },
  };
}

const helen = ['--admin', 'helen', '--name', 'Helen', '--email', 'helen@example.com'];

/**
 * homeauth leaves a word in /etc. A copy of /etc lies over this machine's, in the namespaces of the test engine alone:
 * an installation that is really here is neither found nor touched.
 */
async function coverEtc(): Promise<() => Promise<void>> {
  if (!networkInterfaces()['lan0']) throw new Error("This test runs in the test engine's namespaces: npm test");
  await uncoverEtc();
  const copy = await mkdtemp(join(tmpdir(), 'etc-'));
  await execa('cp', ['--archive', '/etc/.', copy]);
  await rm(join(copy, 'homeauth'), { recursive: true, force: true });
  await execa('mount', ['--bind', copy, '/etc']);
  return async () => {
    await uncoverEtc();
    await rm(copy, { recursive: true });
  };
}

async function uncoverEtc(): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4]);
  for (const target of mounts) if (target === '/etc') await execa('umount', ['/etc']);
}
