/**
 * Images for a Caddy of our own. `caddy:2.11.7` is the newest tag that others are known to build on (republished on
 * 2026-10-22). CaddyBuilds rebuilds its image with the Cloudflare module for every release of Caddy and whenever the
 * base image changes (2.11.9: released 2026-11-07, rebuilt 2026-11-09), under the release's number as the tag; the
 * module's own image is tagged by the module instead, so its Caddy cannot be pinned.
 */
export const caddyImages = {
  plain: 'caddy:2.11.7',
  cloudflare: 'ghcr.io/caddybuilds/caddy-cloudflare:2.11.9',
} as const;

/** Whose an image is that does not come from Caddy's makers, and why it is used all the same. */
export const thirdParty: Readonly<Record<string, string>> = {
  [caddyImages.cloudflare]:
    "made by CaddyBuilds, a third party: the image of Caddy's makers cannot get certificates by Cloudflare's DNS",
};

/** The variable in Caddy's environment that the certificates by Cloudflare's DNS need. */
export const cloudflareVariable = 'CLOUDFLARE_API_TOKEN';

/** The oldest Caddy that understands our text: before it, `{args[0]}` means nothing. */
export const oldestCaddy = '2.7.0';

/** The name that the revision of our text has in Caddy's running configuration. */
export const revisionName = 'homeauth_revision';
