import { access } from 'node:fs/promises';
import { Failure, Uncertain } from '../model/failure.ts';
import type { Dataset, Zfs } from './world.ts';
import { explainZfs } from './zfs-failures.ts';

/** A pool that answers takes well under a second; one with a failing disk may hang. In ms. */
const patience = 60_000;

/** The `zfs` command of this machine. `device`: what its kernel module makes; without it every command takes 10 s. */
export function zfsCommand(command = 'zfs', device = '/dev/zfs'): Zfs {
  async function zfs(...args: readonly string[]) {
    // Most machines have no ZFS, and it is much to load.
    const { execa } = await import('execa');
    return execa(command, args, {
      reject: false,
      timeout: patience,
      stdin: 'ignore',
      env: { LC_ALL: 'C', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
  }

  /** @throws Failure in words; Uncertain where it is not known what happened */
  async function change(verb: 'create' | 'destroy', name: string): Promise<void> {
    const { exitCode, stderr, timedOut } = await zfs(verb, name);
    if (exitCode === 0) return;
    if (timedOut) throw new Uncertain(noAnswer(`zfs ${verb} ${name}`));
    throw new Failure(explainZfs(verb, name, stderr));
  }

  return {
    async datasets() {
      if (!(await exists(device))) return undefined;
      const columns = 'name,mountpoint,mounted,encryption,keystatus,encryptionroot,canmount';
      const { exitCode, stdout, stderr, timedOut, code } = await zfs('list', '-Hp', '-t', 'filesystem', '-o', columns);
      if (exitCode === 0) return parseDatasets(stdout);
      if (code === 'ENOENT' || /modules are not loaded|open \/dev\/zfs/i.test(stderr)) return undefined;
      throw new Failure(timedOut ? noAnswer('zfs list') : explainZfs('list', 'all datasets', stderr));
    },

    /** Exit status 0 is not enough: it also means "made, and not mounted". Nothing is undone then. */
    async create(name) {
      await change('create', name);
      const { stdout } = await zfs('list', '-Hp', '-o', 'mounted', name);
      if (stdout !== 'yes') throw new Failure(explainZfs('create', name, 'created, but not mounted'));
    },

    destroy: (name) => change('destroy', name),
  };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

function parseDatasets(text: string): Dataset[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [name = '', mountpoint = '', mounted, encryption = '', keystatus = '', encryptionRoot = '', canmount = ''] =
      line.split('\t');
    return { name, mountpoint, mounted: mounted === 'yes', encryption, keystatus, encryptionRoot, canmount };
  });
}

const noAnswer = (command: string) => ({
  code: 'zfs-no-answer',
  problem: `${command} did not come back within ${patience / 1000} seconds.`,
  why: 'A pool whose disk fails makes every ZFS command wait.',
  fix: 'Look at the pool:  zpool status -x',
});
