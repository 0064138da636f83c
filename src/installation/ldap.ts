import { ldapApps, ldapProvider } from '../config/ldap.ts';
import { secretNames } from '../desired/layout.ts';
import { ldapEnv, ldapSecret } from '../desired/ldap.ts';
import type { LdapFacts } from '../model/ldap.ts';
import { ldapNetwork } from '../model/networks.ts';
import { Secret } from '../model/secret.ts';
import { type Installation, valueIn } from './installation.ts';

type Known = Pick<Installation, 'config' | 'layout' | 'world'>;

/** What is known of the LDAP servers of apps. authentik notes each look at a token, so one that is on disk is enough. */
export async function ldapOf(installation: Known): Promise<Readonly<Record<string, LdapFacts>>> {
  const { config, layout, world } = installation;
  const found = ldapApps(config).map(async (app) => {
    const bindPassword = await valueIn(world, ldapSecret(layout, app), secretNames.ldap[0]);
    const network = await world.docker.network(ldapNetwork(app.name).name);
    const token = await tokenOf(ldapProvider(app), ldapEnv(layout, app), installation);
    const facts: LdapFacts = {
      subnets: network?.subnets ?? [],
      ...(bindPassword && { bindPassword }),
      ...(token && { token }),
    };
    return [app.name, facts] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

async function tokenOf(outpost: string, path: string, { world }: Known): Promise<LdapFacts['token']> {
  const [key, of] = await Promise.all(
    ['AUTHENTIK_TOKEN', 'HOMEAUTH_OUTPOST'].map((name) => valueIn(world, path, name)),
  );
  const kept = key && of ? { key, outpost: of.reveal() } : undefined;
  const { authentik } = world;
  if ((await authentik.reach()).is !== 'ready') return kept;
  const row = (await authentik.list('outposts/instances')).find(({ name }) => name === outpost);
  if (!row || row.pk === kept?.outpost) return kept;
  const said = await authentik.get<{ readonly key: string }>(`core/tokens/${row.token_identifier}/view_key`);
  return { key: new Secret(said.key), outpost: row.pk };
}
