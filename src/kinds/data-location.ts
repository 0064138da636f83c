import { Failure, type Issue } from '../model/failure.ts';
import type { Filesystem, World } from '../world/world.ts';
import type { Dataset } from '../world/zfs.ts';
import { hidden, locked, notMounted, withoutMountpoint } from './data-location-failures.ts';

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
