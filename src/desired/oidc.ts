import type { App, Config } from '../config/config.ts';
import { type Speaker, speakers } from '../config/oidc.ts';
import type { Era } from '../model/release.ts';
import type { Id, Owner, Resource } from '../model/resource.ts';
import type { OAuth2ProviderSpec } from '../model/sso.ts';
import type { Facts } from './facts.ts';
import { type Layout, secretNames } from './layout.ts';
import { mappingsOf } from './scope-mappings.ts';
import { flowsOf } from './sso.ts';

const root: Owner = { uid: 0, gid: 0 };

/** A name of its own: while an app changes how it logs in, both providers are there. */
export const oidcProvider = (app: Pick<App, 'name'>): string => `${app.name} OpenID Connect`;

/** Where the client id and secret of an app are kept. */
export const clientFile = ({ home }: Layout, app: Pick<App, 'name'>): string => `${home}/apps/${app.name}.env`;

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
