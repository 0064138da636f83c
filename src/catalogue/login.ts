import type { KnownApp } from './schema.ts';

export type Login = KnownApp['login']['use'];

/** How this release of homeauth can let people into an app. */
export const possibleLogins: readonly Login[] = ['forward-auth', 'header', 'oidc', 'none'];
