import { writtenApps, writtenIn } from '../config/app-settings.ts';
import type { App, Config } from '../config/config.ts';
import { encodeEnv } from '../formats/env.ts';
import { revisionOfTold } from '../formats/revision.ts';
import type { Plain } from '../model/app-setting.ts';
import { revisionVariable } from '../model/label.ts';
import type { FileSpec, Id, Owner, Resource } from '../model/resource.ts';
import { reveal, Secret } from '../model/secret.ts';
import { trustedFile, trustVariables } from '../model/trusted-file.ts';
import type { Facts } from './facts.ts';
import type { Layout } from './layout.ts';

const root: Owner = { uid: 0, gid: 0 };

/** Where the own compose file of an app takes its variables from. */
export const variablesFile = ({ root: base }: Layout, app: Pick<App, 'name'>): string => `${base}/apps/${app.name}.env`;

export const authoritiesFile = ({ root: base }: Layout): string => `${base}/apps/authorities.pem`;

/** Whether an app that asks by https has to be told of the authority that signs: browsers are told of it by hand. */
export const needsTrust = ({ tls }: Pick<Config, 'tls'>, { oidc }: Pick<App, 'oidc'>): boolean =>
  tls === 'internal' && oidc !== undefined;

/** Whether there is a file of variables for the app's own compose file. */
export const takesVariables = (config: Pick<Config, 'tls'>, app: App): boolean =>
  writtenIn(app)?.env !== undefined || needsTrust(config, app);

export type Known = Pick<Facts, 'clients' | 'ldap' | 'proxyNetwork'>;
export type Values = Readonly<Record<string, string | Secret>>;

/** What the places in its settings stand for, once it is on disk. */
export function valuesFor({ name, ldap }: App, known: Known): Values | undefined {
  const proxyCidr = known.proxyNetwork?.subnets[0] ?? '';
  if (ldap) {
    const { bindPassword } = known.ldap?.[name] ?? {};
    return bindPassword && { ldapBindPassword: bindPassword, proxyCidr };
  }
  const client = known.clients?.[name];
  if (!client) return undefined;
  return { clientId: client.id, clientSecret: client.secret, randomSecret: client.random ?? '', proxyCidr };
}

/** Before they are made, a plan tells that these are to be set. */
export const unmade: Values = {
  clientId: '',
  clientSecret: new Secret(''),
  ldapBindPassword: new Secret(''),
  proxyCidr: '',
};

/** For the apps' own compose files: variables, and the authorities to trust where one of them is Caddy's own. */
export function variables(
  config: Config,
  layout: Layout,
  facts: Known & Pick<Facts, 'authorities'>,
  inside: Id,
): Resource[] {
  const all = writtenApps(config).filter((app) => takesVariables(config, app));
  if (all.length === 0) return [];
  const folder = `${layout.root}/apps`;
  const file = (key: string, spec: FileSpec): Resource => ({
    kind: 'file',
    key,
    spec,
    inside,
    after: [`directory:${folder}`],
  });
  const { authorities } = facts;
  // Until Caddy has made its authority, an empty file keeps its place.
  const trusted = authorities === undefined ? { content: '', once: true as const } : { content: authorities };
  return [
    { kind: 'directory', key: folder, spec: { mode: 0o700, owner: root }, inside },
    ...(all.some((app) => needsTrust(config, app)) ? [file(authoritiesFile(layout), { ...trusted, mode: 0o644 })] : []),
    ...all.flatMap((app) => {
      const values = valuesFor(app, facts);
      if (!values) return [];
      const told = Object.entries(toldTo(config, app, values, authorities));
      const content = encodeEnv(Object.fromEntries(told.map(([name, value]) => [name, reveal(value)])));
      return [file(variablesFile(layout, app), { content: new Secret(content), mode: 0o600 })];
    }),
  ];
}

/** The variables of an app's container; with a mark of all that it is told, where homeauth makes it anew. */
export function toldTo(
  config: Pick<Config, 'tls'>,
  app: App,
  values: Values,
  authorities: Facts['authorities'],
): Readonly<Record<string, string | Secret>> {
  const { env = {}, override } = writtenIn(app) ?? {};
  const trusts = needsTrust(config, app);
  const told = {
    ...Object.fromEntries(Object.entries(env).map(([name, text]) => [name, fillIn(text, values)])),
    ...(trusts && Object.fromEntries(trustVariables.map((name) => [name, trustedFile]))),
  };
  if (!override?.up) return told;
  // As a secret: only with this very value it is known to be there.
  const revision = new Secret(revisionOfTold(told, trusts ? authorities : ''));
  return { ...told, [revisionVariable]: revision };
}

/** A text with a secret in it is one. */
function fillIn(text: string, values: Values): string | Secret {
  const used = Object.entries(values).filter(([name]) => text.includes(`{${name}}`));
  const filled = used.reduce((now, [name, value]) => now.replaceAll(`{${name}}`, () => reveal(value)), text);
  return used.some(([, value]) => value instanceof Secret) ? new Secret(filled) : filled;
}

export function handedOver(value: Plain, values: Values): Plain | Secret {
  const within = (one: Plain) => handedOver(one, values) as Plain;
  if (typeof value === 'string') return fillIn(value, values);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(within);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, within(one)]));
}
