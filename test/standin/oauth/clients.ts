import type { Application, LdapProvider, OAuthProvider, ProxyProvider, State } from '../state.ts';

/** What authorises with a client id: a proxy provider is one, too. */
export type Client = ProxyProvider | OAuthProvider;

export const clientsOf = (state: State): readonly Client[] => [...state.providers, ...state.oauthProviders];

/** Those that nobody authorises with, too. */
export type AnyProvider = Client | LdapProvider;

export const providersOf = (state: State): readonly AnyProvider[] => [...clientsOf(state), ...state.ldapProviders];

/** The client of this id, and its application, if it has both. */
export function clientCalled(
  state: State,
  id: string | null | undefined,
): { client: Client; application: Application } | undefined {
  const client = clientsOf(state).find((one) => one.client_id === id);
  const application = client && state.applications.find((one) => one.provider === client.pk);
  return client && application ? { client, application } : undefined;
}

/** The provider of an application, if it speaks OpenID Connect by itself. */
export function oauthOf(state: State, slug: string): OAuthProvider | undefined {
  const application = state.applications.find((one) => one.slug === slug);
  return state.oauthProviders.find((one) => one.pk === application?.provider);
}

/** Where a client may be sent back to. `strict` compares to the letter; an expression has to match it all. */
export function mayReturnTo(client: Client, uri: string): boolean {
  if ('external_host' in client) {
    const root = client.external_host.replace(/\/$/, '');
    const callback = 'X-authentik-auth-callback=true';
    return [`${root}/outpost.goauthentik.io/callback?${callback}`, `${root}?${callback}`].includes(uri);
  }
  return client.redirect_uris
    .filter((one) => one.redirect_uri_type === 'authorization')
    .some(({ matching_mode, url }) => (matching_mode === 'regex' ? new RegExp(`^(?:${url})$`).test(uri) : url === uri));
}

/** The scopes that a client has mappings for, by name. */
export function scopesOf(state: State, client: Client): string[] {
  const mappings = state.mappings.filter((one) => client.property_mappings.includes(one.pk));
  return [...new Set(mappings.map((one) => one.scope_name))];
}
