/** Releases that the stand-in for authentik can be: the newest, the one before it, and one that still needs Redis. */
export const AUTHENTIK_RELEASES = ['2026.8.6', '2026.5.8', '2023.10.7'] as const;

/** The image name of an authentik release, as the stack writes it. */
export const authentikImage = (release: (typeof AUTHENTIK_RELEASES)[number]) =>
  `ghcr.io/goauthentik/server:${release}` as const;
/** The LDAP outpost of the newest of them. */
export const LDAP_IMAGE = `ghcr.io/goauthentik/ldap:${AUTHENTIK_RELEASES[0]}`;

export const POSTGRES_IMAGE = 'postgres:17-alpine';
/** What a home of earlier years has. */
export const OLD_POSTGRES_IMAGE = 'postgres:15-alpine';
export const REDIS_IMAGE = 'redis:alpine';
export const CADDY_IMAGE = 'caddy:2.11.7';
export const MINIFLUX_IMAGE = 'miniflux/miniflux:2.3.4';
export const ACTUAL_IMAGE = 'actualbudget/actual-server:25.6.0';
export const RADICALE_IMAGE = 'tomsquest/docker-radicale:3.5.3.0';
export const SYNAPSE_IMAGE = 'matrixdotorg/synapse:v1.160.0';
export const WHOAMI_IMAGE = 'traefik/whoami:v1.11.0';
