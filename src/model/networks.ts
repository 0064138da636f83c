import type { Attachment } from './container.ts';

/** The network that the reverse proxy and the apps share. */
export const proxyNetwork = 'caddy_caddynet';
/** For the database and authentik alone. */
export const backendNetwork = 'authentik_backend';
/** For the proxy and authentik's server alone: who is on it is believed to be the proxy. */
export const doorNetwork = 'authentik_proxy';

/** Those two, as containers join them. */
export const caddynet: Attachment = { name: proxyNetwork, key: 'caddynet' };
export const door: Attachment = { name: doorNetwork, key: 'proxy', internal: true };

/**
 * For Caddy and one app alone, which believes whoever sends it the header that names a person. Named as nothing else of
 * ours is, whatever the app's name.
 */
export const headerNetwork = (app: string): Attachment => ({ name: `homeauth_${app}`, key: `homeauth_${app}` });

/** For the LDAP server of one app, and whatever asks it. It leads nowhere beyond this machine. */
export const ldapNetwork = (app: string): Attachment => ({
  name: `homeauth_ldap_${app}`,
  key: `homeauth_ldap_${app}`,
  internal: true,
});

/**
 * How a container of ours is called by the others, on every network that they share. A name without a dot is asked of
 * the router while its container does not run, and a router knows every device by the name that it gives itself; for
 * this one none has an answer.
 */
export const innerName = (container: string): string => `${container}.homeauth.internal`;

/** The same to be dialled: behind a final dot no search domain is tried, which may have a wildcard record. */
export const innerHost = (container: string): string => `${innerName(container)}.`;

/** What is known of a network that exists. */
export interface NetworkFacts {
  readonly subnets: readonly string[];
  /** This machine's own addresses in them. */
  readonly gateways: readonly string[];
}
