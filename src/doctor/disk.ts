import type { Layout } from '../desired/layout.ts';
import type { Installation } from '../installation/installation.ts';
import { assertWritable } from '../installation/storage.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { Filesystem, World } from '../world/world.ts';

interface Sight {
  readonly world: Pick<World, 'files'>;
  readonly layout: Layout;
}

/** What the images and a new database need, in bytes. */
const roomNeeded = 4e9;
/** Where a database should not run any longer, in bytes. */
const roomSpare = 1e9;

/** Whether an installation was begun here: then its images and data are there already. */
export const isBegun = async ({ world, layout }: Sight): Promise<boolean> =>
  (await world.files.stat(layout.token)) !== undefined;

/** Is the base directory where it seems to be, and can it be written to? @throws Failure where not */
export async function placeCheck({ world, config, layout }: Installation): Promise<Finding[]> {
  await assertWritable(world, config, layout);
  return [ok({ id: 'base-dir-unfit', title: `${config.baseDir} can hold an installation` })];
}

/** Is there room for the data, and for the images where Docker keeps them? */
export async function diskCheck(installation: Installation): Promise<Finding[]> {
  return spaceCheck(installation, [installation.layout.root]);
}

/** Is there room for the data where an installation would lie? */
export const roomAt = async (sight: Sight): Promise<Finding> =>
  room(await sight.world.files.filesystem(sight.layout.root), await isBegun(sight));

/** Is there room at these places, and where Docker keeps images? */
export async function spaceCheck(
  installation: Pick<Installation, 'world' | 'layout'>,
  places: readonly string[],
): Promise<Finding[]> {
  const { world } = installation;
  const begun = await isBegun(installation);
  const engine = await world.docker.engine().catch(() => undefined);
  const disks = new Map<string, Filesystem>();
  for (const path of [...places, ...(engine?.dataRoot ? [engine.dataRoot] : [])]) {
    const disk = await world.files.filesystem(path);
    if (!disks.has(`${disk.source} ${disk.target}`)) disks.set(`${disk.source} ${disk.target}`, disk);
  }
  return [...disks.values()].map((disk) => room(disk, begun));
}

function room({ target, free }: Filesystem, begun: boolean): Finding {
  const left = `${(free / 1e9).toFixed(1)} GB`;
  const common = { id: 'disk-full', title: `${target} has enough space (${left} free)` };
  if (free >= (begun ? roomSpare : roomNeeded)) return ok(common);
  const fix = `See what uses it:  df -h ${target}; docker system df`;
  const problem = `${target} has ${left} left.`;
  return begun
    ? wrong(common, 'warn', { problem, why: 'A database on a full disk stops.', fix })
    : wrong(common, 'fail', { problem, why: `The images and a new database need ${roomNeeded / 1e9} GB.`, fix });
}
