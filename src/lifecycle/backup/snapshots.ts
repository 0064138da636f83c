import type { Keep } from '../../config/retention.ts';
import type { Installation } from '../../installation/installation.ts';
import { parseId } from '../../model/resource.ts';
import type { ZfsSnapshot } from '../../world/zfs.ts';
import { superfluous } from './retention.ts';

type Sight = Pick<Installation, 'world' | 'ledger' | 'layout'>;

/** The dataset that homeauth made, where the base directory lies on ZFS: only of that snapshots are made. */
async function ownDataset({ world, ledger, layout }: Sight): Promise<string | undefined> {
  const made = (await ledger.read()).map(({ id }) => parseId(id)).find(({ kind }) => kind === 'dataset')?.key;
  const there = made === undefined ? undefined : await world.zfs.datasets();
  const isHere = there?.some(({ name, mountpoint, mounted }) => name === made && mounted && mountpoint === layout.root);
  return isHere ? made : undefined;
}

/** The snapshots that homeauth made of its dataset; undefined where it has none of its own. */
export async function snapshotsOf(sight: Sight) {
  const dataset = await ownDataset(sight);
  return dataset === undefined ? undefined : { dataset, snapshots: await sight.world.zfs.snapshots(dataset) };
}

/** A snapshot beside a copy, with its name. @returns what it is called, where there is a dataset to make it of */
export async function takeSnapshot(sight: Sight, copy: string): Promise<string | undefined> {
  const dataset = await ownDataset(sight);
  if (dataset === undefined) return undefined;
  await sight.world.zfs.snapshot(dataset, `${prefix}${copy}`);
  return `${dataset}@${prefix}${copy}`;
}

/** Which of them go, by the rule that copies go by. */
function superfluousSnapshots(all: readonly ZfsSnapshot[], keep: Keep): readonly ZfsSnapshot[] {
  const dated = all.map((snapshot) => ({ snapshot, manifest: { why: 'asked' as const, made: madeAt(snapshot.name) } }));
  return superfluous(dated, keep).map(({ snapshot }) => snapshot);
}

/** Those that are not to be kept, as `zfs` names them. */
export async function snapshotsToDrop(sight: Sight, keep: Keep): Promise<readonly string[]> {
  const found = await snapshotsOf(sight);
  return found ? superfluousSnapshots(found.snapshots, keep).map(({ name }) => `${found.dataset}@${name}`) : [];
}

/** Removes such snapshots. */
export async function dropSnapshots({ world }: Sight, drops: readonly string[]): Promise<void> {
  for (const one of drops) {
    const [dataset = '', name = ''] = one.split('@');
    await world.zfs.forget(dataset, name);
  }
}

const prefix = 'homeauth-';

/** `homeauth-2026-11-29T160500Z` in ISO 8601. */
const madeAt = (name: string): string => name.slice(prefix.length).replace(/T(\d\d)(\d\d)(\d\d)Z.*$/, 'T$1:$2:$3.000Z');
