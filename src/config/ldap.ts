import type { Placeholder } from '../catalogue/placeholders.ts';
import type { KnownApp } from '../catalogue/schema.ts';
import { innerName } from '../model/networks.ts';
import { asksByLdap } from './app-login.ts';
import { namesGroup, written } from './app-settings.ts';
import type { App, Config, Written } from './config.ts';
import type { AppDraft } from './homeauth-yaml.ts';
import { type Named, valuesOf } from './oidc.ts';

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

/** A text in a filter, where some letters mean something, and others to apps that put a user name in: `{0}`, `%s`. */
export const inFilter = (text: string): string =>
  text.replace(/[\\*()\0{}%]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Who may use an app, as a filter. */
export const userFilter = ({ group }: Pick<App, 'group'>, base: string): string =>
  group === undefined
    ? '(objectClass=user)'
    : `(&(objectClass=user)(memberOf=cn=${inFilter(group)},ou=groups,${base}))`;

export const ldapApps = ({ apps }: Pick<Config, 'apps'>): readonly App[] => apps.filter(asksByLdap);

/** What the placeholders of the catalogue stand for, but for the password. */
export function ldapValues(
  app: Named,
  config: Pick<Config, 'authHost' | 'domain'>,
): Partial<Record<Placeholder, string>> {
  const base = baseDn(config);
  return {
    ...valuesOf(app, config.authHost),
    ldapHost: innerName(ldapContainer(app)),
    ldapPort: String(ldapPorts.plain),
    baseDn: base,
    ldapBindUser: ldapAccount(app),
    ldapUserFilter: userFilter(app, base),
  };
}

type Draft = NonNullable<Exclude<AppDraft, string>['ldap']>;

/** What homeauth writes into an app that asks by LDAP. */
export function ldapOf(
  draft: Draft,
  known: KnownApp | undefined,
  app: Named,
  config: Pick<Config, 'authHost' | 'domain'>,
): Written {
  const block = known?.ldap;
  const all = written(draft, known, block, ldapValues(app, config));
  const isWritten = Object.keys(all).length > 0;
  return {
    ...all,
    ...(all.file && block?.plugin !== undefined && { file: { ...all.file, plugin: block.plugin } }),
    ...(block && isWritten && app.group === undefined && namesGroup(block) && { lacksGroup: true as const }),
  };
}
