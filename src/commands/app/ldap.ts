import type { KnownApp } from '../../catalogue/schema.ts';
import type { App, Config } from '../../config/config.ts';
import { baseDn, ldapAccount, ldapContainer, ldapPorts, ldapValues, userFilter } from '../../config/ldap.ts';
import type { AppLogin, AppSettings } from '../../model/app-login.ts';
import { innerName, ldapNetwork } from '../../model/networks.ts';
import { toEnter } from './settings.ts';

type Told = NonNullable<AppLogin['ldap']>;

const hidden = '(the password of that account)';

/** What an app that asks by LDAP has to be told. */
export function ldapTold(app: App, config: Config): Omit<Told, 'secretFile'> {
  const base = baseDn(config);
  const { ldapListen } = app;
  return {
    host: innerName(ldapContainer(app)),
    port: ldapPorts.plain,
    ...(ldapListen && { lan: `${ldapListen.address}:${ldapListen.port}` }),
    network: ldapNetwork(app.name).name,
    baseDn: base,
    bindDn: `cn=${ldapAccount(app)},ou=users,${base}`,
    userFilter: userFilter(app, base),
  };
}

/** The same as the catalogue says it, name by name. */
export function ldapSettings(app: App, config: Config, known: KnownApp | undefined): AppSettings | undefined {
  const settings = toEnter(app, known, { ...ldapValues(app, config), ldapBindPassword: hidden });
  // Where everybody may use it, the app filters by no group.
  return settings && { ...settings, entries: settings.entries.filter(([, value]) => !value.includes('{userGroup}')) };
}
