import { placeOf } from '../installation/backup-place.ts';
import { copiesIn } from '../installation/backups.ts';
import { databaseConnections } from '../installation/database.ts';
import type { Installation } from '../installation/installation.ts';
import { keep } from '../installation/secret-files.ts';
import { askDatabase } from '../kinds/role.ts';
import { sizeOf } from '../model/copy.ts';
import { asNothing, Failure } from '../model/failure.ts';
import type { Figures } from '../model/overview.ts';

/** One a day, for a year and a bit. */
const most = 400;

/** Takes the figures of now, and keeps them behind the others. */
export async function keepFigures(installation: Installation): Promise<void> {
  const all = [...(await keptFigures(installation)), await figuresOf(installation)].slice(-most);
  await keep(installation, installation.layout.figures, `${JSON.stringify(all)}\n`);
}

/** The oldest first; none where nobody can read what was kept. */
export async function keptFigures({ world, layout }: Installation): Promise<readonly Figures[]> {
  try {
    const all = JSON.parse((await world.files.read(layout.figures)) ?? '[]') as unknown;
    return Array.isArray(all) ? all.filter((one) => !Number.isNaN(Date.parse(one?.at))) : [];
  } catch (error) {
    if (error instanceof Failure) throw error;
    return [];
  }
}

/** How things are now. What cannot be asked is left out. */
export async function figuresOf(installation: Installation): Promise<Figures> {
  const { world, layout } = installation;
  const [connections, size, copies, disk] = await Promise.all([
    databaseConnections(world.docker).catch(asNothing),
    askDatabase(world.docker, "select pg_database_size('authentik')", 'authentik').catch(asNothing),
    copiesOf(installation).catch(asNothing),
    world.files.filesystem(layout.root).catch(asNothing),
  ]);
  const database = size?.code === 0 ? Number.parseInt(size.stdout, 10) : Number.NaN;
  return {
    at: new Date().toISOString(),
    ...(connections?.used !== undefined && { connections: connections.used }),
    ...(connections?.allowed !== undefined && { allowed: connections.allowed }),
    ...(database > 0 && { database }),
    ...(copies && { copies: copies.reduce((sum, { manifest }) => sum + sizeOf(manifest), 0) }),
    ...(disk && { free: disk.free }),
  };
}

/** All copies, wherever homeauth.yaml says that they go. */
export const copiesOf = async (installation: Installation) =>
  copiesIn(await placeOf(undefined, undefined, installation), installation);
