import { asksByLdap } from './app-login.ts';
import type { App, Config } from './config.ts';

/** What names everything of an app's LDAP server in authentik, the account that the app searches with among it. */
export const ldapAccount = ({ name }: Pick<App, 'name'>): string => `homeauth-ldap-${name}`;
export const ldapProvider = ({ name }: Pick<App, 'name'>): string => `${name} LDAP`;
export const ldapContainer = ({ name }: Pick<App, 'name'>): string => `authentik-ldap-${name}`;
/** Ports inside of its container: LDAP, and over TLS. */
export const ldapPorts = { plain: 3389, tls: 6636 } as const;

/** The root of the tree: the domain, as LDAP writes it. */
export const baseDn = ({ domain }: Pick<Config, 'domain'>): string =>
  domain
    .split('.')
    .map((part) => `DC=${part}`)
    .join(',');

export const ldapApps = ({ apps }: Pick<Config, 'apps'>): readonly App[] => apps.filter(asksByLdap);
