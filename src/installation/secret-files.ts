import { writtenApps } from '../config/app-settings.ts';
import type { Config } from '../config/config.ts';
import { ldapApps } from '../config/ldap.ts';
import { notifyFiles } from '../config/notify.ts';
import { speakers } from '../config/oidc.ts';
import type { Layout } from '../desired/layout.ts';
import { ldapEnv, ldapSecret } from '../desired/ldap.ts';
import { clientFile } from '../desired/oidc.ts';
import { variablesFile } from '../desired/variables.ts';
import { record } from '../engine/ledger.ts';
import { octal } from '../kinds/regular-file.ts';
import { type About, type Finding, ok, wrong } from '../model/finding.ts';
import type { Installation } from './installation.ts';
import { hold } from './lock.ts';

/** Files that only root may read. */
export const secretFiles = (layout: Layout, config: Pick<Config, 'apps'>): readonly string[] => [
  ...ldapApps(config).flatMap((app) => [ldapSecret(layout, app), ldapEnv(layout, app)]),
  ...speakers(config).map((app) => clientFile(layout, app)),
  ...writtenApps(config).map((app) => variablesFile(layout, app)),
  layout.env,
  layout.databaseEnv,
  layout.token,
  layout.bootstrap,
  layout.adminPassword,
  layout.cloudflareToken,
  layout.resticPassword,
  layout.ledger,
];

/** Can anybody but root read a secret? */
export async function secretFilesCheck({ world, layout, config }: Installation): Promise<Finding[]> {
  const ofMail = config.mail?.passwordFile;
  const theirs = [...(ofMail ? [ofMail] : []), ...notifyFiles(config.notify)];
  const found = await Promise.all(
    [...new Set([...secretFiles(layout, config), ...theirs])].map(async (path): Promise<Finding[]> => {
      const stat = await world.files.stat(path);
      if (!stat) return [];
      const common = { id: 'secret-readable', thing: `file:${path}`, title: `only root can read ${path}` } as const;
      if (stat.owner.uid === 0 && (stat.mode & 0o077) === 0) return [ok(common)];
      const problem = `${path} can be read by others than root.`;
      const why = `It belongs to user ${stat.owner.uid}, and its mode is ${octal(stat.mode)}.`;
      const fix = stat.owner.uid === 0 ? `chmod 600 ${path}` : `chown root:root ${path} && chmod 600 ${path}`;
      return [wrong(common, 'fail', { problem, why, fix })];
    }),
  );
  return found.flat();
}

/** The password that homeauth made for its owner should not stay in a file. */
export async function passwordFileCheck({ world, layout, config }: Installation, about: About): Promise<Finding[]> {
  if ((await world.files.stat(layout.adminPassword)) === undefined) return [ok(about)];
  const problem = `The password that was made for ${config.admin.username} still lies in a file.`;
  return [wrong(about, 'warn', { problem, fix: `Log in, change it, then:  rm ${layout.adminPassword}` })];
}

/** Writes a file of homeauth's own beside the ledger, for root alone: it goes with the rest of the data. */
export async function keep(installation: Installation, path: string, content: string): Promise<void> {
  const { world, ledger } = installation;
  const id = `file:${path}` as const;
  if (!(await ledger.read()).some((line) => line.id === id))
    await hold(installation, 'doctor', async () => ledger.save(record(await ledger.read(), [{ id, precious: true }])));
  await world.files.write(path, content, 0o600);
}
