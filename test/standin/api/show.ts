import { providersOf } from '../oauth/clients.ts';
import type { Group, State, User } from '../state.ts';

export const AVATAR = 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=';

/** A group inside another object. */
export const groupBrief = (group: Group): unknown => ({
  pk: group.pk,
  num_pk: group.num_pk,
  name: group.name,
  is_superuser: group.is_superuser,
  attributes: group.attributes,
});

/** A user inside another object. */
export const userBrief = (user: User): unknown => ({
  pk: user.pk,
  username: user.username,
  name: user.name,
  is_active: user.is_active,
  last_login: user.last_login,
  email: user.email,
  attributes: user.attributes,
  uid: user.uid,
});

const PROXY = {
  component: 'ak-provider-proxy-form',
  verbose_name: 'Proxy Provider',
  verbose_name_plural: 'Proxy Providers',
  meta_model_name: 'authentik_providers_proxy.proxyprovider',
};
const OAUTH2 = {
  component: 'ak-provider-oauth2-form',
  verbose_name: 'OAuth2/OpenID Provider',
  verbose_name_plural: 'OAuth2/OpenID Providers',
  meta_model_name: 'authentik_providers_oauth2.oauth2provider',
};
/** Inside an outpost the provider is shown as the bare parent model. */
const BARE = {
  component: '',
  verbose_name: 'provider',
  verbose_name_plural: 'providers',
  meta_model_name: 'authentik_core.provider',
};

const LDAP = {
  component: 'ak-provider-ldap-form',
  verbose_name: 'LDAP Provider',
  verbose_name_plural: 'LDAP Providers',
  meta_model_name: 'authentik_providers_ldap.ldapprovider',
};

function sortOf(provider: ReturnType<typeof providersOf>[number], as?: 'oauth2') {
  if ('base_dn' in provider) return LDAP;
  return 'external_host' in provider && as !== 'oauth2' ? PROXY : OAUTH2;
}

/** A provider inside another object, or in the list of all providers. */
export function providerBrief(state: State, pk: number, as?: 'oauth2' | 'bare'): unknown {
  const provider = providersOf(state).find((one) => one.pk === pk);
  if (!provider) return null;
  const application = state.applications.find((one) => one.provider === pk);
  const { component, ...meta } = as === 'bare' ? BARE : sortOf(provider, as);
  return {
    pk,
    name: provider.name,
    authentication_flow: provider.authentication_flow,
    authorization_flow: provider.authorization_flow,
    invalidation_flow: provider.invalidation_flow,
    property_mappings: provider.property_mappings,
    component,
    assigned_application_slug: application?.slug ?? null,
    assigned_application_name: application?.name ?? null,
    assigned_backchannel_application_slug: null,
    assigned_backchannel_application_name: null,
    ...meta,
  };
}
