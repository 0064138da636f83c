import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { differs } from '../model/reason.ts';
import type { DatasetFound, DatasetSpec } from '../model/resource.ts';
import { assertUnlocked } from './data-location.ts';

/** A ZFS file system of its own. It is made, never moved, and destroyed only when it is empty, or when that was asked for by name. */
export const datasetKind: Kind<DatasetSpec, DatasetFound> = {
  told: { noun: 'dataset' },

  async observe(key, { zfs }) {
    const found = (await zfs.datasets())?.find(({ name }) => name === key);
    if (!found) return { is: 'absent' };
    return { is: 'present', spec: { mountpoint: found.mountpoint, mounted: found.mounted } };
  },

  differs(want, have) {
    return [
      ...(have.mountpoint === want.mountpoint
        ? []
        : [differs('mountpoint', `its mountpoint is ${have.mountpoint}, not ${want.mountpoint}`)]),
      ...(have.mounted ? [] : [differs('mounted', 'it is not mounted')]),
    ];
  },

  async apply(key, want, world, have) {
    if (!want) {
      const left = have && (await world.files.list(have.mountpoint));
      if (left?.length === 0) await world.zfs.destroy(key);
      return;
    }
    await assertUnlocked(want.mountpoint, world);
    if (have) throw elsewhere(key, want, have);
    // Mounted over a folder with something in it, a dataset hides that without a word.
    const names = await world.files.list(want.mountpoint);
    if (names && names.length > 0) throw occupied(key, want);
    await world.zfs.create(key);
  },

  async destroy(key, { zfs }) {
    // What homeauth made beside its copies is of no use without the dataset; others' keep it from being destroyed.
    for (const { name } of await zfs.snapshots(key)) await zfs.forget(key, name);
    await zfs.destroy(key);
  },

  hint: (key) => `Look at it:  zfs list -o name,mountpoint,mounted,canmount,keystatus ${key}`,
};

const elsewhere = (key: string, want: DatasetSpec, have: DatasetSpec): Failure =>
  new Failure({
    code: 'dataset-elsewhere',
    problem: `The dataset ${key} is there already, with the mountpoint ${have.mountpoint}.`,
    why: `homeauth needs it at ${want.mountpoint}, and does not move a dataset that may be in use.`,
    fix: `Move it, or set zfs-dataset: false in homeauth.yaml:  zfs set mountpoint=${want.mountpoint} ${key}`,
    fixByFlag: `Move it, or choose another place (--base-dir):  zfs set mountpoint=${want.mountpoint} ${key}`,
  });

const occupied = (key: string, { mountpoint }: DatasetSpec): Failure =>
  new Failure({
    code: 'folder-occupied',
    problem: `${mountpoint} has files in it already, and the dataset ${key} would hide them.`,
    fix: 'To keep that folder as it is, set zfs-dataset: false in homeauth.yaml.',
    fixByFlag: 'Move what is in it, or choose another place: --base-dir PATH',
  });
