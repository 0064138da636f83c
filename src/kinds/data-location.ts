import { Failure, type Issue } from '../model/failure.ts';
import type { Filesystem, World } from '../world/world.ts';
import type { Dataset } from '../world/zfs.ts';

/** Where what is written to a path lands. `encrypted` is unknown where ZFS cannot be asked, as inside of LXC. */
export type DataLocation =
  | { readonly is: 'plain' }
  | {
      readonly is: 'zfs';
      readonly dataset: string;
      readonly mountpoint: string;
      readonly encrypted: boolean | undefined;
    };

/**
 * Which dataset should hold a path, and whether the kernel agrees. A locked or unmounted dataset leaves an ordinary
 * directory of the dataset above in its place, and only this comparison tells the two apart.
 */
export function whereIsMyData(
  filesystem: Filesystem,
  datasets: readonly Dataset[] | undefined,
): DataLocation | { readonly is: 'wrong'; readonly failure: Issue } {
  const { realPath, type, source, target } = filesystem;
  const holder = type === 'zfs' ? datasets?.find(({ name }) => name === source) : undefined;
  const here: DataLocation =
    type === 'zfs'
      ? { is: 'zfs', dataset: source, mountpoint: target, encrypted: holder && isEncrypted(holder) }
      : { is: 'plain' };
  if (!datasets) return here;
  const wrong = (failure: Issue) => ({ is: 'wrong' as const, failure });

  const meant = datasetFor(realPath, datasets, holder);
  if (meant && meant !== holder && !(isInside(target, meant.mountpoint) && target !== meant.mountpoint)) {
    if (isLocked(meant)) return wrong(locked(meant, filesystem, holder));
    if (meant.mounted) return wrong(hidden(meant, filesystem));
    if (target !== meant.mountpoint) return wrong(notMounted(meant, filesystem, datasets));
  }
  const unused = holder && isEncrypted(holder) ? undefined : unusedFor(filesystem, datasets);
  return unused ? wrong(withoutMountpoint(unused, filesystem)) : here;
}

/**
 * To be called before anything is written below `path`.
 * @throws Failure where it would land in another place than it seems
 */
export async function assertUnlocked(path: string, world: Pick<World, 'files' | 'zfs'>): Promise<DataLocation> {
  const [filesystem, datasets] = await Promise.all([world.files.filesystem(path), world.zfs.datasets()]);
  const location = whereIsMyData(filesystem, datasets);
  if (location.is === 'wrong') throw new Failure(location.failure);
  return location;
}

const isEncrypted = ({ encryption }: Dataset): boolean => encryption !== 'off' && encryption !== '-';
const isLocked = ({ keystatus }: Dataset): boolean => keystatus === 'unavailable';

const isInside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);

/** The dataset with the longest mountpoint that leads to the path; of boot environments with one mountpoint, the live one. */
function datasetFor(path: string, datasets: readonly Dataset[], holder: Dataset | undefined): Dataset | undefined {
  const rank = (d: Dataset): number => 4 * d.mountpoint.length + 2 * Number(d === holder) + Number(d.mounted);
  return datasets
    .filter((d) => d.canmount !== 'off' && d.mountpoint.startsWith('/') && isInside(path, d.mountpoint))
    .toSorted((a, b) => rank(b) - rank(a))[0];
}

/**
 * An encrypted dataset that the path is named after, or leads to, and that is never mounted (`mountpoint=none`, a
 * `legacy` one without its mount, `canmount=off`) while what holds the path is not encrypted.
 */
function unusedFor({ realPath, source, target }: Filesystem, datasets: readonly Dataset[]): Dataset | undefined {
  const below = realPath.slice(target === '/' ? 1 : target.length + 1);
  const isNamed = ({ name }: Dataset): boolean => isInside(`${source}/${below}`, name) && name.length > source.length;
  return datasets.findLast((d) => {
    if (!isEncrypted(d) || d.mounted) return false;
    if (d.mountpoint.startsWith('/'))
      return d.canmount === 'off' && d.mountpoint !== '/' && isInside(realPath, d.mountpoint);
    return isNamed(d);
  });
}

/** `holder`: the dataset that the path falls through to. */
function locked(dataset: Dataset, { type, source }: Filesystem, holder: Dataset | undefined): Issue {
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

function notMounted(dataset: Dataset, { realPath, source }: Filesystem, datasets: readonly Dataset[]): Issue {
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

const hidden = (dataset: Dataset, { realPath, type, source, target }: Filesystem): Issue => ({
  code: 'dataset-hidden',
  problem: `The dataset ${dataset.name} is hidden: ${source} (${type}) is mounted over it, at ${target}.`,
  why: `${realPath} should be in the dataset, and would be written to ${source}.`,
  fix: `See what is mounted there, and unmount what does not belong:  findmnt ${target}; umount ${target}`,
});

function withoutMountpoint(dataset: Dataset, { realPath, source }: Filesystem): Issue {
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
