import { join } from 'node:path/posix';
import type { Config } from '../../config/config.ts';
import { setValue } from '../../config/edit.ts';
import { ldapApps } from '../../config/ldap.ts';
import { stackContainers } from '../../desired/containers.ts';
import { ldapImage } from '../../desired/ldap.ts';
import { record } from '../../engine/ledger.ts';
import { type Installation, reopened } from '../../installation/installation.ts';
import type { Journal } from '../../installation/upgrading.ts';
import { knownEra } from '../../installation/wanted-release.ts';
import { databaseContainer } from '../../kinds/role.ts';
import { stopped } from '../../model/failure.ts';
import { eraOf, postgresVersions } from '../../model/release.ts';
import { reconcile } from '../reconcile.ts';
import type { PlannedStep } from './plan-steps.ts';
import { putBack } from './put-back.ts';
import type { Way } from './run.ts';

/** authentik uses this account in its containers. */
const authentik = { uid: 1000, gid: 1000 };

/** A step from one release of authentik to the next. */
export const releaseStep: Way = {
  async forward(before, journal, { progress }) {
    await moveFiles(before, journal);
    const step = { release: journal.to };
    return (await reconcile(before, 'upgrade', progress, { step })).installation;
  },

  /** homeauth.yaml says from now on what runs. */
  async settle(installation, { to }) {
    const { world, source } = installation;
    const { text } = await reopened(installation, (now) => setValue(now, ['authentik', 'version'], to), knownEra);
    await world.files.write(source, text, 0o644);
  },

  async undo(installation, journal, { tell, progress }) {
    // Where its container was just being made anew there is none.
    await reconcile(installation, 'upgrade', progress, { step: { release: journal.from, until: 'database' } });
    tell('putting database and files back');
    await putBack(installation, journal);
  },
};

/** Uploaded files go where the newer line looks for them. */
async function moveFiles({ world, layout, ledger }: Installation, { from, to }: Journal): Promise<void> {
  const { files } = world;
  const [was, is] = [eraOf(from)?.storage.folder, eraOf(to)?.storage.folder];
  if (!was || !is || was === is) return;
  const [old, place] = [join(layout.root, was), join(layout.root, is)];
  if (!(await files.stat(old))) return;
  await ledger.save(record(await ledger.read(), [{ id: `directory:${place}`, precious: true }]));
  if (!(await files.stat(place))) await files.makeDirectory(place, 0o750, authentik);
  await files.rename(old, join(place, was));
}

/** Images that a step brings: authentik's, or another PostgreSQL. What stays as it is is here. */
function imagesOf({ config, layout }: Installation, { release, postgres }: PlannedStep): string[] {
  const then: Config = { ...config, authentik: { ...config.authentik, version: release } };
  const facts = { proxy: { is: 'manual' }, postgres: postgres?.to ?? postgresVersions.newest } as const;
  const stack = stackContainers(then, knownEra(then), layout, facts);
  if (postgres) return [stack[databaseContainer]!.image];
  return [stack['authentik']!.image, ...(ldapApps(config).length > 0 ? [ldapImage(then)] : [])];
}

/** Fetches what all steps need, before the first of them stops anything. @throws Failure where one cannot be fetched */
export async function fetchImages(
  installation: Installation,
  steps: readonly PlannedStep[],
  tell: (what: string) => void,
): Promise<void> {
  const { docker } = installation.world;
  for (const image of new Set(steps.flatMap((step) => imagesOf(installation, step)))) {
    if (await docker.image(image)) continue;
    if (installation.runtime.signal.aborted)
      throw stopped(', before anything was changed.', 'Images that were fetched already stay.');
    tell(image);
    await docker.pull(image);
  }
}
