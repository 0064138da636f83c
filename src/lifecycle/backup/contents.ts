import { basename, dirname, join } from 'node:path/posix';
import { layoutOf } from '../../desired/layout.ts';
import { madeOf } from '../../engine/ledger.ts';
import type { Installation } from '../../installation/installation.ts';
import type { Files } from '../../world/world.ts';

export interface Archive {
  /** Its name in the copy. */
  readonly file: string;
  readonly directory: string;
  readonly names: readonly string[];
  readonly without: readonly string[];
}

/** The archives of a copy, and how large what they hold is, in bytes. The database is no part of them. */
export async function contentsOf({ world, layout, config, ledger }: Installation) {
  const { files } = world;
  const own = (await files.list(layout.root)) ?? [];
  const kept = own.filter((name) => !isElsewhere(name)).map((name) => `authentik/${name}`);
  // Of a Caddy of the owner's nothing but our text is ours, and that is made of homeauth.yaml.
  const isOurs = madeOf(await ledger.read(), 'container:caddy') !== undefined;
  const ofCaddy = isOurs ? ['caddy/etc', 'caddy/data', 'caddy/docker-compose.yml', 'caddy/caddy.env'] : [];
  const there: string[] = [];
  for (const name of ofCaddy) if (await files.stat(join(config.baseDir, name))) there.push(name);
  const archives: Archive[] = [
    {
      file: 'files.tar',
      directory: config.baseDir,
      names: [...kept, ...there],
      without: ['caddy/data/caddy/locks', 'caddy/data/caddy/ocsp'],
    },
  ];
  const password = config.mail?.passwordFile;
  const isOutside = password !== undefined && !password.startsWith(`${layout.root}/`);
  if (isOutside && (await files.stat(password)))
    archives.push({ file: 'outside.tar', directory: '/', names: [password.slice(1)], without: [] });
  let size = 0;
  for (const { directory, names } of archives)
    for (const name of names) size += await weigh(join(directory, name), files);
  return { archives, size };
}

/** The database and Redis's memory are no files to be copied, and what a restore or an upgrade put aside is a copy already. */
const isElsewhere = (name: string): boolean => {
  const { root, database, redis, drill, upgrading, upgrades } = layoutOf('');
  const others = [database, redis, drill, upgrading, upgrades];
  const isDatabase = [`${database}.next`, `${database}.postgres-`].some((path) => `${root}/${name}`.startsWith(path));
  return isDatabase || others.includes(`${root}/${name}`) || name === restoringFile || name.startsWith(keptFolder);
};

/** What a file, or everything below a directory, takes, in bytes. */
export async function weigh(path: string, files: Files): Promise<number> {
  const stat = await files.stat(path);
  if (stat?.type !== 'directory') return stat?.size ?? 0;
  let sum = 0;
  for (const name of (await files.list(path)) ?? []) sum += await weigh(join(path, name), files);
  return sum;
}

/** Below the installation's directory: a restore that is under way, and what a restore put aside. */
export const restoringFile = 'restoring.json';
export const keptFolder = 'before-restore-';

/** What restores put aside, and notes of rotations that were cut off, go with the data: there are secrets in them. */
export async function removeFormer({
  world: { files },
  layout,
}: Pick<Installation, 'world' | 'layout'>): Promise<void> {
  const begins = [join(layout.root, keptFolder), layout.rotation];
  for (const path of begins) {
    const names = (await files.list(dirname(path))) ?? [];
    for (const name of names.filter((one) => one.startsWith(basename(path))))
      await files.removeTree(join(dirname(path), name));
  }
}
