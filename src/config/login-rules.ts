import type { Path } from './location.ts';
import { type Loose, loose, type Objection } from './objection.ts';

/** What speaks against the way in which people log in to an app. */
export function loginObjections(given: Loose, path: Path): Objection[] {
  if (given['login'] !== 'oidc') {
    if (given['oidc'] === undefined) return [];
    const fix = 'Write login: oidc, or delete oidc.';
    return [{ path: [...path, 'oidc'], value: given['oidc'], problem: 'is for an app with login: oidc alone', fix }];
  }
  const without = (key: string, problem: string, why: string): Objection[] =>
    given[key] === undefined
      ? []
      : [
          {
            path: [...path, key],
            value: given[key],
            problem,
            why,
            fix: `Delete ${key}, or write login: forward-auth.`,
          },
        ];
  const { client, pkce } = loose(given['oidc']);
  return [
    ...(given['mode'] === 'domain'
      ? [
          {
            path: [...path, 'mode'],
            value: 'domain',
            problem: 'does not go with login: oidc',
            why: 'An app that asks authentik by itself has a provider of its own.',
            fix: 'Delete mode.',
          },
        ]
      : []),
    ...without(
      'replaces-site',
      'does not go with login: oidc',
      'What answers in the place of your own site is kept behind the login of authentik.',
    ),
    ...without('open-paths', 'does not go with login: oidc', 'Everything there is open, and the app asks by itself.'),
    ...without(
      'identity-headers',
      'does not go with login: oidc',
      'The app learns who comes from authentik, and Caddy does not.',
    ),
    ...(client === 'public' && pkce !== 'sends'
      ? [
          {
            path: [...path, 'oidc', 'client'],
            value: 'public',
            problem: 'needs an app that sends a challenge',
            why: 'It has no secret, so anybody could use a code that they got hold of.',
            fix: 'Write pkce: sends if the app does that, or client: confidential.',
          },
        ]
      : []),
  ];
}
