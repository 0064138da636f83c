import { MAPPINGS } from '../defaults.ts';
import { groupsOf } from '../people.ts';
import { hex } from '../secrets.ts';
import type { OAuthProvider, ScopeMapping, State, User } from '../state.ts';

/** What a mapping makes of a person. */
export type Claims = (user: User, state: State) => Record<string, unknown>;

const MEANINGS: Readonly<Record<string, Claims>> = {
  email: (user) => ({ email: user.email, email_verified: false }),
  profile: (user, state) => ({
    name: user.name,
    given_name: user.name,
    preferred_username: user.username,
    nickname: user.username,
    groups: groupsOf(state, user).map((one) => one.name),
  }),
  entitlements: () => ({ entitlements: [], roles: [] }),
};

/** homeauth's own. */
const IMMICH_ROLE = `return {"immich_role": "admin" if ak_is_group_member(request.user, name="authentik Admins") else "user"}`;

function meaningOf({ name, expression }: ScopeMapping): Claims {
  const shipped = MAPPINGS.find(([, , , , text]) => text === expression);
  if (shipped) return MEANINGS[shipped[2]] ?? (() => ({}));
  if (expression === IMMICH_ROLE)
    return (user, state) => ({
      immich_role: groupsOf(state, user).some((one) => one.name === 'authentik Admins') ? 'admin' : 'user',
    });
  throw new Error(`the stand-in has no Python, and does not know the mapping "${name}" by heart`);
}

/** What the app is told of a person by the mappings of these scopes. */
export function claimsOf(
  state: State,
  provider: OAuthProvider,
  user: User,
  scopes: readonly string[],
): Record<string, unknown> {
  const mappings = state.mappings.filter(
    (one) => provider.property_mappings.includes(one.pk) && scopes.includes(one.scope_name),
  );
  return Object.assign({}, ...mappings.map((one) => meaningOf(one)(user, state)));
}

/** Who somebody is to an app, for ever. */
export function subjectOf({ sub_mode }: OAuthProvider, user: User): string {
  switch (sub_mode) {
    case 'user_id':
      return String(user.pk);
    case 'user_uuid':
      return user.uuid;
    case 'user_username':
      return user.username;
    case 'user_email':
      return user.email;
    default:
      return user.uid || hex('sha256', String(user.pk));
  }
}
