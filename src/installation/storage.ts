import type { Config } from '../config/config.ts';
import type { Layout } from '../desired/layout.ts';
import { assertUnlocked } from '../kinds/data-location.ts';
import { causeOf, Failure } from '../model/failure.ts';
import type { World } from '../world/world.ts';

type Disks = Pick<World, 'files' | 'zfs'>;

/**
 * The dataset under which `authentik` becomes a dataset of its own: where the base directory is one, and nothing is in
 * the way yet. Undefined elsewhere: then it is an ordinary directory.
 * @throws Failure where what is written would land in another place than it seems
 */
export async function parentDataset(world: Disks, config: Config, layout: Layout): Promise<string | undefined> {
  const location = await assertUnlocked(layout.root, world);
  if (location.is !== 'zfs' || !config.zfsDataset) return undefined;
  const [parent, name] = [location.dataset.replace(/\/[^/]*$/, ''), location.dataset.replace(/^.*\//, '')];
  if (location.mountpoint === layout.root) return name === 'authentik' ? parent : undefined;
  const free = (await world.files.stat(layout.root)) === undefined;
  const known = (await world.zfs.datasets()) !== undefined;
  return location.mountpoint === config.baseDir && free && known ? location.dataset : undefined;
}

/** @throws Failure where the base directory cannot take an installation */
export async function assertWritable(world: Disks, config: Config, layout: Layout): Promise<void> {
  await assertDirectory(config.baseDir, world.files);
  await assertUnlocked(layout.root, world);
  const { readOnly, type, source } = await world.files.filesystem(layout.root);
  if (readOnly) {
    throw new Failure({
      code: 'read-only',
      problem: `${config.baseDir} lies on ${source}, which is mounted read-only.`,
      fix: 'Mount it for writing, or choose another place: --base-dir PATH',
    });
  }
  if (/^(nfs|cifs|smb)/.test(type)) {
    throw new Failure({
      code: 'base-dir-remote',
      problem: `${config.baseDir} lies on a network share (${type}).`,
      why: "A database on a share loses data, and the share changes the files' owners.",
      fix: 'Choose a directory on a disk of this machine: --base-dir PATH',
    });
  }
}

/**
 * A base directory that is there, or can be made: nothing on the way to it is a file, and no link leads nowhere.
 * @throws Failure base-dir-unfit
 */
export async function assertDirectory(baseDir: string, files: World['files']): Promise<void> {
  const names = baseDir.split('/').slice(1);
  for (const path of names.map((_, n) => `/${names.slice(0, n + 1).join('/')}`)) {
    const there = await files.stat(path);
    if (!there) return;
    const real = there.type === 'link' ? (await files.filesystem(path)).realPath : path;
    const type = there.type === 'link' ? (await files.stat(real))?.type : there.type;
    if (type === undefined) {
      throw unfit(
        `${path} is a symbolic link to ${real}, and nothing is there.`,
        `Make what it leads to, or name another directory:  mkdir -p ${real}`,
      );
    }
    if (type !== 'directory') {
      throw unfit(
        `${path} is a file${path === baseDir ? '' : `, so there can be no ${baseDir}`}.`,
        'Name a directory, one that is there or one to be made:  --base-dir PATH',
        'authentik gets a directory of its own below it.',
      );
    }
    if (real !== path && path === baseDir) {
      throw unfit(
        `${path} is a symbolic link to ${real}.`,
        `Name the directory itself:  --base-dir ${real}`,
        'Containers and snapshots need the real place.',
      );
    }
  }
}

const unfit = (problem: string, fix: string, why?: string): Failure =>
  new Failure({ code: 'base-dir-unfit', problem, ...(why && { why }), fix });

/** Why a file that ought to be there is not: a dataset that is locked after a reboot, for example. */
export async function explainMissing(world: Disks, path: string): Promise<Pick<Failure, 'why' | 'fix'> | undefined> {
  try {
    await assertUnlocked(path, world);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { why: causeOf({ ...error, details: undefined }), fix: error.fix };
  }
}

/** Where an installation would go on this machine: beside what is in Docker's usual places already. */
export async function likelyBaseDir(world: Disks): Promise<string> {
  const datasets = (await world.zfs.datasets()) ?? [];
  const docker = datasets.find(
    ({ mountpoint, mounted }) => mounted && /\/(docker|appdata|containers)$/.test(mountpoint),
  );
  if (docker) return docker.mountpoint;
  for (const path of ['/srv/docker', '/opt/docker', '/mnt/user/appdata', '/volume1/docker']) {
    if ((await world.files.stat(path))?.type === 'directory') return path;
  }
  return '/srv/docker';
}
