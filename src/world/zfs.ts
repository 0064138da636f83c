import { access } from 'node:fs/promises';
import { Failure, Uncertain } from '../model/failure.ts';
import { explainZfs } from './zfs-failures.ts';

export interface Dataset {
  readonly name: string;
  /** A path, `none`, `legacy` or `-`. */
  readonly mountpoint: string;
  readonly mounted: boolean;
  readonly encryption: string;
  /** `available`, `unavailable` or `-`. */
  readonly keystatus: string;
  /** The dataset whose key opens this one; `-` where it is not encrypted. */
  readonly encryptionRoot: string;
  /** `on`, `off` or `noauto`. */
  readonly canmount: string;
}

export interface Zfs {
  /** All filesystems of all pools; undefined where ZFS is not to be had. */
  datasets(): Promise<readonly Dataset[] | undefined>;
  create(name: string): Promise<void>;
  destroy(name: string): Promise<void>;
  /** Snapshots of a dataset that homeauth made, the newest first. */
  snapshots(dataset: string): Promise<readonly ZfsSnapshot[]>;
  /** Makes one of a dataset and of all below it, at one moment. */
  snapshot(dataset: string, name: string): Promise<void>;
  /** Removes one, of the dataset and of all below it. */
  forget(dataset: string, name: string): Promise<void>;
}

export interface ZfsSnapshot {
  /** Behind the `@`. */
  readonly name: string;
  /** Bytes that only it holds. */
  readonly used: number;
}

/** A property of ours, by which snapshots are known that homeauth made. */
const ours = 'homeauth:copy';

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
  async function change(
    verb: 'create' | 'destroy' | 'snapshot',
    name: string,
    options: readonly string[] = [],
  ): Promise<void> {
    const { exitCode, stderr, timedOut } = await zfs(verb, ...options, name);
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

    async snapshots(dataset) {
      const columns = ['-t', 'snapshot', '-d', '1', '-S', 'creation', '-o', `name,used,${ours}`];
      const { exitCode, stdout, stderr, timedOut } = await zfs('list', '-Hp', ...columns, dataset);
      if (exitCode !== 0) throw new Failure(timedOut ? noAnswer('zfs list') : explainZfs('list', dataset, stderr));
      const rows = stdout.split('\n').map((line) => line.split('\t'));
      return rows.flatMap(([full = '', used = '', copy]) => {
        const name = full.slice(full.indexOf('@') + 1);
        return copy === name ? [{ name, used: Number(used) }] : [];
      });
    },

    snapshot: (dataset, name) => change('snapshot', `${dataset}@${name}`, ['-r', '-o', `${ours}=${name}`]),

    // With what is behind the @ it takes nothing but snapshots of that name.
    forget: (dataset, name) => change('destroy', `${dataset}@${name}`, ['-r']),
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
