import type { Path } from './location.ts';
import { type Loose, loose, type Objection } from './refusal.ts';

/** What does not go with a login that is not asked for by Caddy, and why. */
const withoutCaddy: Readonly<Record<'oidc' | 'ldap' | 'none', Readonly<Record<string, string>>>> = {
  oidc: {
    'replaces-site': 'What answers in the place of your own site is kept behind the login of authentik.',
    'open-paths': 'Everything there is open, and the app asks by itself.',
    'identity-headers': 'The app learns who comes from authentik, and Caddy does not.',
  },
  ldap: {
    'replaces-site': 'What answers in the place of your own site is kept behind the login of authentik.',
    'open-paths': 'Everything there is open, and the app asks by itself.',
    'identity-headers': 'The app learns who comes from authentik, and Caddy does not.',
  },
  none: {
    group: 'authentik is asked nothing, so no group keeps anybody out.',
    'replaces-site': 'What answers in the place of your own site is kept behind the login of authentik.',
    'open-paths': 'Everything there is open already.',
    'identity-headers': 'Nobody has said who comes.',
  },
};

/** What speaks against the way in which people log in to an app. `isInContainer`: Caddy is. */
export function loginObjections(given: Loose, path: Path, isInContainer: boolean): Objection[] {
  const login = given['login'];
  const at = (key: string, words: Omit<Objection, 'path' | 'value'>): Objection[] =>
    given[key] === undefined ? [] : [{ path: [...path, key], value: given[key], ...words }];
  const onlyFor = (key: string, what: string): Objection[] =>
    login === what
      ? []
      : at(key, { problem: `is for an app with login: ${what} alone`, fix: `Write login: ${what}, or delete ${key}.` });
  const ofOthers = [...onlyFor('oidc', 'oidc'), ...onlyFor('ldap', 'ldap'), ...onlyFor('ldap-listen', 'ldap')];
  if (login === 'header' && !isInContainer) {
    return [
      ...ofOthers,
      ...at('login', {
        problem: 'needs a Caddy in a container',
        why: 'Such an app believes whoever sends the header. On a network of the two alone, that is Caddy; at a port of this server, it is every program here.',
        fix: 'Write login: forward-auth.',
      }),
    ];
  }
  if (login !== 'oidc' && login !== 'ldap' && login !== 'none') return ofOthers;
  const problem = `does not go with login: ${login}`;
  const why = {
    oidc: 'An app that asks authentik by itself has a provider of its own.',
    ldap: 'An app that asks authentik by itself has a provider of its own.',
    none: 'It is about authentik, which has no part in this app.',
  };
  const { client, pkce } = loose(given['oidc']);
  return [
    ...ofOthers,
    ...(given['mode'] === 'domain' ? at('mode', { problem, why: why[login], fix: 'Delete mode.' }) : []),
    ...Object.entries(withoutCaddy[login]).flatMap(([key, because]) =>
      at(key, { problem, why: because, fix: `Delete ${key}, or write login: forward-auth.` }),
    ),
    ...(login === 'oidc' && client === 'public' && pkce !== 'sends'
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
