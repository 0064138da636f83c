import type { App } from '../../config/config.ts';
import { ldapProvider } from '../../config/ldap.ts';
import { isSpeaker, type Speaker } from '../../config/oidc.ts';
import { composeServices } from '../../desired/compose-override.ts';
import { secretNames } from '../../desired/layout.ts';
import { ldapEnv, ldapSecret } from '../../desired/ldap.ts';
import { clientFile } from '../../desired/oidc.ts';
import type { Progress } from '../../engine/run.ts';
import { clientsOf } from '../../installation/clients.ts';
import { changeValues, type Installation } from '../../installation/installation.ts';
import { ldapOf } from '../../installation/ldap.ts';
import { composeServiceKind } from '../../kinds/compose-service.ts';
import type { Change } from '../../model/change.ts';
import type { LdapFacts } from '../../model/ldap.ts';
import { Secret } from '../../model/secret.ts';
import type { Client } from '../../model/sso.ts';
import { reconcile } from '../reconcile.ts';
import { assertNotRotating } from './rotation.ts';

/** Apps that prove with a secret who they are; a public client has none. */
export const withSecret = ({ config }: Pick<Installation, 'config'>): readonly Speaker[] =>
  config.apps.filter(isSpeaker).filter(({ oidc }) => oidc.client === 'confidential');

export interface Exchanged<Former> {
  /** What they had before, by the names of the apps. */
  readonly before: Readonly<Record<string, Former>>;
  readonly changes: readonly Change[];
}

/**
 * Another client secret for each of these apps. What lies on disk is what should be: authentik, the variables and the
 * settings of the app follow from it, so that `apply` finishes what is cut off, and no note is kept.
 */
export const rotateClients = (
  installation: Installation,
  apps: readonly Speaker[],
  progress: (event: Progress) => void,
): Promise<Exchanged<Client>> =>
  exchanged(installation, apps, progress, clientsOf, async (app, { world, layout }, before) => {
    // One that has no client yet gets all of it made in this run.
    if (!before) return;
    await changeValues(world, clientFile(layout, app), { [secretNames.client[1]]: world.random.alphanumeric(64) });
  });

/**
 * Another password for the account that each of these apps searches with, and another key for the outpost that serves
 * it. The password that lies on disk is what should be, and of the key authentik is asked where no outpost is named
 * beside it: so `apply` finishes what is cut off, and no note is kept.
 */
export const rotateLdap = (
  installation: Installation,
  apps: readonly App[],
  progress: (event: Progress) => void,
): Promise<Exchanged<LdapFacts>> =>
  exchanged(installation, apps, progress, ldapOf, async (app, where) => {
    const { world, layout } = where;
    await changeValues(world, ldapSecret(layout, app), { [secretNames.ldap[0]]: world.random.alphanumeric(60) });
    await changeKey(app, where);
  });

async function exchanged<A extends App, Former>(
  installation: Installation,
  apps: readonly A[],
  progress: (event: Progress) => void,
  look: (where: Installation) => Promise<Readonly<Record<string, Former>>>,
  change: (app: A, where: Installation, before: Former | undefined) => Promise<void>,
): Promise<Exchanged<Former>> {
  let before: Readonly<Record<string, Former>> = {};
  const { changes } = await reconcile(installation, 'rotate', progress, {
    exchange: {
      async make(where) {
        await assertNotRotating(where);
        await assertMadeAnew(apps, where);
        before = await look(where);
        for (const app of apps) await change(app, where, before[app.name]);
      },
    },
  });
  return { before, changes };
}

/** @throws Failure compose-up-refused while the app still has the secret that authentik takes */
async function assertMadeAnew(apps: readonly App[], { config, layout, world }: Installation): Promise<void> {
  for (const one of composeServices({ ...config, apps }, layout, {})) {
    if (one.kind !== 'compose-service') continue;
    const found = await composeServiceKind.observe(one.key, world, one.spec);
    const isUp = found.is === 'present' && !found.spec.unseen;
    if (isUp) await composeServiceKind.rehearse?.(one.spec, world, new Set());
  }
}

async function changeKey(app: App, { world, layout }: Installation): Promise<void> {
  const { authentik } = world;
  const rows = await authentik.list('outposts/instances', 'fresh');
  const outpost = rows.find(({ name }) => name === ldapProvider(app));
  // One that is not there yet gets a key with the rest of it.
  if (!outpost) return;
  await changeValues(world, ldapEnv(layout, app), { HOMEAUTH_OUTPOST: new Secret('') });
  const key = world.random.alphanumeric(60);
  await authentik.call('POST', `core/tokens/${outpost.token_identifier}/set_key`, { key }, ['core/tokens']);
}
