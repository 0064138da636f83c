import type { App } from './config.ts';
import type { Refusal } from './refusal.ts';

/** A path that needs no login: one to the letter, or all below one with `/*` at its end. */
export function checkOpenPath(value: string): Refusal | undefined {
  const fix = 'Write a path like /health, or /share/* for all below /share/.';
  if (!value.startsWith('/')) return { problem: 'does not begin with a slash', fix };
  if (value === '/' || value === '/*') {
    return {
      problem: value === '/' ? 'is the front page' : 'is the whole app',
      why: 'An app without a login needs no homeauth, and at its front page homeauth proves that there is one.',
      fix: 'Write the paths that need no login. For an app that needs none at all, write a site of your own into the Caddyfile.',
    };
  }
  const path = value.replace(/\/\*$/, '/');
  if (path.includes('*')) return { problem: 'has a star that is not alone at the end', fix };
  if (/\/\//.test(path)) return { problem: 'has two slashes in a row', fix };
  if (/\/\.{1,2}(\/|$)/.test(path)) return { problem: 'has a part that is only dots', fix };
  if (!/^[A-Za-z0-9/._~:@+=,-]+$/.test(path)) {
    return {
      problem: 'has characters other than letters, digits and / . _ ~ : @ + = , -',
      why: 'Caddy and the app could read them differently, and what is behind the login would be open.',
      fix: `${fix} A query (?) is never looked at.`,
    };
  }
  if (/^\/outpost\.goauthentik\.io(\/|$)/i.test(path)) {
    return { problem: 'belongs to the login itself', why: 'authentik answers there, and never the app.', fix };
  }
  return path.length > 200 ? { problem: 'is longer than 200 characters', fix } : undefined;
}

/** Every address of these apps that needs no login, as people write it. */
export const openAddresses = (apps: readonly App[]): readonly string[] =>
  apps.flatMap(({ host, openPaths = [] }) => openPaths.map((path) => `${host}${path}`));
