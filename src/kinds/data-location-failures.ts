import type { Issue } from '../model/failure.ts';
import type { Filesystem } from '../world/world.ts';
import type { Dataset } from '../world/zfs.ts';

/** `holder`: the dataset that the path falls through to. */
export function locked(dataset: Dataset, { type, source }: Filesystem, holder: Dataset | undefined): Issue {
  const root = dataset.encryptionRoot === '-' ? dataset.name : dataset.encryptionRoot;
  const open = holder?.encryption === 'off';
  const place = type === 'zfs' ? source : `${source} (${type})`;
  return {
    code: 'dataset-locked',
    problem: `The dataset ${root} is locked.`,
    why: `Its folder is there, but it belongs to ${place}${open ? ', which is not encrypted' : ''}: your secrets would be written ${open ? 'in plain text' : 'there'} and hidden after the next unlock.`,
    fix: `Unlock it:  zfs load-key ${root} && ${dataset.canmount === 'on' ? 'zfs mount -a' : `zfs mount ${dataset.name}`}`,
  };
}

export function notMounted(dataset: Dataset, { realPath, source }: Filesystem, datasets: readonly Dataset[]): Issue {
  const above = datasets.some(
    (d) =>
      !d.mounted && d.canmount === 'on' && d.mountpoint !== '/' && dataset.mountpoint.startsWith(`${d.mountpoint}/`),
  );
  return {
    code: 'dataset-not-mounted',
    problem: `The dataset ${dataset.name} is not mounted.`,
    why: `${realPath} should be in it, and belongs to ${source} now: what is written there would be hidden by the next mount.`,
    fix: `Mount it:  zfs mount ${above && dataset.canmount === 'on' ? '-a' : dataset.name}`,
  };
}

export const hidden = (dataset: Dataset, { realPath, type, source, target }: Filesystem): Issue => ({
  code: 'dataset-hidden',
  problem: `The dataset ${dataset.name} is hidden: ${source} (${type}) is mounted over it, at ${target}.`,
  why: `${realPath} should be in the dataset, and would be written to ${source}.`,
  fix: `See what is mounted there, and unmount what does not belong:  findmnt ${target}; umount ${target}`,
});

export function withoutMountpoint(dataset: Dataset, { realPath, source }: Filesystem): Issue {
  const { name, canmount, mountpoint, keystatus, encryptionRoot } = dataset;
  const unlock = keystatus === 'unavailable' ? `zfs load-key ${encryptionRoot} && ` : '';
  const folder = realPath.startsWith(`/${name}`) ? `/${name}` : realPath;
  const set = canmount === 'off' ? 'canmount=on' : `mountpoint=${folder}`;
  return {
    code: 'dataset-not-mounted',
    problem: `The encrypted dataset ${name} is never mounted: its ${canmount === 'off' ? 'canmount is off' : `mountpoint is ${mountpoint}`}.`,
    why: `${realPath} belongs to ${source}, which is not encrypted: your secrets would be written in plain text.`,
    // Setting one of these mounts it in most cases, and "zfs mount NAME" fails for one that is mounted.
    fix: `Mount it:  ${unlock}zfs set ${set} ${name} && zfs mount ${canmount === 'noauto' ? name : '-a'}`,
  };
}
