import type { App, Config } from '../config/config.ts';
import { type Speaker, speakers } from '../config/oidc.ts';
import { encodeEnv } from '../formats/env.ts';
import type { Era } from '../model/release.ts';
import type { FileSpec, Id, Owner, Resource } from '../model/resource.ts';
import { Secret } from '../model/secret.ts';
import type { Client, OAuth2ProviderSpec } from '../model/sso.ts';
import { trustedFile, trustVariables } from '../model/trusted-file.ts';
import type { Facts } from './facts.ts';
import { type Layout, secretNames } from './layout.ts';
import { mappingsOf } from './scope-mappings.ts';
import { flowsOf } from './sso.ts';

const root: Owner = { uid: 0, gid: 0 };

/** A name of its own: while an app changes how it logs in, both providers are there. */
export const oidcProvider = (app: Pick<App, 'name'>): string => `${app.name} OpenID Connect`;

/** Where the client id and secret of an app are kept, and where its own compose file takes its variables from. */
export const clientFile = ({ home }: Layout, app: Pick<App, 'name'>): string => `${home}/apps/${app.name}.env`;
export const variablesFile = ({ root: base }: Layout, app: Pick<App, 'name'>): string => `${base}/apps/${app.name}.env`;

export const authoritiesFile = ({ root: base }: Layout): string => `${base}/apps/authorities.pem`;

const wantsRandom = ({ oidc }: Speaker): boolean =>
  Object.values(oidc.env ?? {}).some((value) => value.includes('{randomSecret}'));

/**
 * Client ids and secrets, on disk before anybody hears of them, and never replaced. They belong to the provider in the
 * database: they stay, or go, with that.
 */
export function clients(config: Config, layout: Layout, inside: Id): Resource[] {
  const all = speakers(config);
  if (all.length === 0) return [];
  const folder = `${layout.home}/apps`;
  return [
    { kind: 'directory', key: folder, spec: { mode: 0o700, owner: root }, inside },
    ...all.map(
      (app): Resource => ({
        kind: 'secrets',
        key: clientFile(layout, app),
        spec: { names: [...secretNames.client, ...(wantsRandom(app) ? [secretNames.random] : [])] },
        inside,
        after: [`directory:${folder}`],
      }),
    ),
  ];
}

/** Whether an app has to be told of the authority that signs: browsers are told of it by hand. */
export const needsTrust = ({ tls }: Pick<Config, 'tls'>): boolean => tls === 'internal';

/** Whether there is a file of variables for the app's own compose file. */
export const takesVariables = (config: Pick<Config, 'tls'>, { oidc }: Speaker): boolean =>
  oidc.env !== undefined || needsTrust(config);

/** For the apps' own compose files: variables, and the authorities to trust where one of them is Caddy's own. */
export function variables(
  config: Config,
  layout: Layout,
  { clients: known = {}, authorities }: Pick<Facts, 'clients' | 'authorities'>,
  inside: Id,
): Resource[] {
  const all = speakers(config).filter((app) => takesVariables(config, app));
  if (all.length === 0) return [];
  const trust = needsTrust(config) ? Object.fromEntries(trustVariables.map((name) => [name, trustedFile])) : {};
  const folder = `${layout.root}/apps`;
  const file = (key: string, spec: FileSpec): Resource => ({
    kind: 'file',
    key,
    spec,
    inside,
    after: [`directory:${folder}`],
  });
  // Until Caddy has made its authority, an empty file keeps its place.
  const trusted = authorities === undefined ? { content: '', once: true as const } : { content: authorities };
  return [
    { kind: 'directory', key: folder, spec: { mode: 0o700, owner: root }, inside },
    ...(needsTrust(config) ? [file(authoritiesFile(layout), { ...trusted, mode: 0o644 })] : []),
    ...all.flatMap((app) => {
      const client = known[app.name];
      const values = client && { ...filled(app.oidc.env ?? {}, client), ...trust };
      return values ? [file(variablesFile(layout, app), { content: new Secret(encodeEnv(values)), mode: 0o600 })] : [];
    }),
  ];
}

const filled = (env: Readonly<Record<string, string>>, { id, secret, random }: Client): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value
        .replaceAll('{clientId}', () => id)
        .replaceAll('{clientSecret}', () => secret.reveal())
        .replaceAll('{randomSecret}', () => random?.reveal() ?? ''),
    ]),
  );

export function oidcProviders(
  config: Config,
  era: Era,
  { clients: known = {} }: Pick<Facts, 'clients'>,
  inside: Id,
): Resource[] {
  return speakers(config).map((app): Resource => {
    const { oidc } = app;
    const client = known[app.name];
    const spec: OAuth2ProviderSpec = {
      ...flowsOf(config, era),
      clientType: oidc.client,
      ...(client && { client }),
      ...(era.oauth2?.saysGrants && { grants: oidc.grants }),
      // Before it could say what an address is for, each was one to log in at.
      returnTo: oidc.redirectUris
        .filter(({ type }) => era.oauth2?.saysGrants || type === 'authorization')
        .map(({ type, ...uri }) => (era.oauth2?.saysGrants ? { ...uri, type } : uri)),
      mappings: mappingsOf(oidc.scopes, oidc.extraMappings),
      subjectMode: oidc.subjectMode,
      accessTokenValidity: oidc.accessTokenValidity,
      ...(era.oauth2?.hasLogoutUri && { logout: oidc.logout ?? { uri: '', method: 'backchannel' } }),
    };
    const after = oidc.extraMappings.length > 0 ? mappingsOf([], oidc.extraMappings) : [];
    return {
      kind: 'oauth2-provider',
      key: oidcProvider(app),
      spec,
      inside,
      after: after.map((name): Id => `scope-mapping:${name}`),
    };
  });
}

export function oidcApplications(config: Config, inside: Id): Resource[] {
  return speakers(config).map((app): Resource => {
    const provider = oidcProvider(app);
    return {
      kind: 'application',
      key: app.name,
      // Left empty, authentik makes one of the first redirect URI, which may be a phone's.
      spec: {
        name: app.title,
        provider,
        hidden: false,
        launchUrl: `https://${app.host}/`,
        speaks: 'oidc',
        ...(app.tile && { tile: app.tile }),
      },
      inside,
      after: [`oauth2-provider:${provider}`],
    };
  });
}
