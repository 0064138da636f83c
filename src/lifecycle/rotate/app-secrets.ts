import type { App } from '../../config/config.ts';
import { ldapProvider } from '../../config/ldap.ts';
import { isSpeaker, type Speaker } from '../../config/oidc.ts';
import { secretNames } from '../../desired/layout.ts';
import { ldapEnv, ldapSecret } from '../../desired/ldap.ts';
import { clientFile } from '../../desired/oidc.ts';
import type { Progress } from '../../engine/run.ts';
import { clientsOf } from '../../installation/clients.ts';
import { changeValues, type Installation } from '../../installation/installation.ts';
import { ldapOf } from '../../installation/ldap.ts';
import type { Change } from '../../model/change.ts';
import type { LdapFacts } from '../../model/ldap.ts';
import { Secret } from '../../model/secret.ts';
import type { Client } from '../../model/sso.ts';
import { reconcile } from '../reconcile.ts';
import { assertNotRotating } from './rotation.ts';

/** Apps that prove with a secret who they are; a public client has none. */
export const withSecret = ({ config }: Pick<Installation, 'config'>): readonly Speaker[] =>
  config.apps.filter(isSpeaker).filter(({ oidc }) => oidc.client === 'confidential');

export interface Exchanged {
  readonly before: Readonly<Record<string, Client>>;
  readonly changes: readonly Change[];
}

/**
 * Another client secret for each of these apps. What lies on disk is what should be: authentik, the variables and the
 * settings of the app follow from it, so that `apply` finishes what is cut off, and no note is kept.
 * @returns what they had before, by the names of the apps, and what was changed
 */
export async function rotateClients(
  installation: Installation,
  apps: readonly Speaker[],
  progress: (event: Progress) => void,
): Promise<Exchanged> {
  let before: Readonly<Record<string, Client>> = {};
  const { changes } = await reconcile(installation, 'rotate', progress, {
    exchange: {
      async make(where) {
        await assertNotRotating(where);
        before = await clientsOf(where);
        const { world, layout } = where;
        for (const app of apps) {
          const secret = world.random.alphanumeric(64);
          // One that has no client yet gets all of it made in this run.
          if (before[app.name]) await changeValues(world, clientFile(layout, app), { [secretNames.client[1]]: secret });
        }
      },
    },
  });
  return { before, changes };
}

/**
 * Another password for the account that each of these apps searches with, and another key for the outpost that serves
 * it. The password that lies on disk is what should be, and of the key authentik is asked where no outpost is named
 * beside it: so `apply` finishes what is cut off, and no note is kept.
 * @returns what they had before, by the names of the apps, and what was changed
 */
export async function rotateLdap(
  installation: Installation,
  apps: readonly App[],
  progress: (event: Progress) => void,
): Promise<{ readonly before: Readonly<Record<string, LdapFacts>>; readonly changes: readonly Change[] }> {
  let before: Readonly<Record<string, LdapFacts>> = {};
  const { changes } = await reconcile(installation, 'rotate', progress, {
    exchange: {
      async make(where) {
        await assertNotRotating(where);
        before = await ldapOf(where);
        const { world, layout } = where;
        for (const app of apps) {
          await changeValues(world, ldapSecret(layout, app), { [secretNames.ldap[0]]: world.random.alphanumeric(60) });
          await changeKey(app, where);
        }
      },
    },
  });
  return { before, changes };
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
