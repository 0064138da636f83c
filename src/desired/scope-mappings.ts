import type { Config } from '../config/config.ts';
import { adminGroup } from '../config/oidc.ts';
import type { Id, Resource } from '../model/resource.ts';

/** A scope mapping beside authentik's own, with the scope that an app asks for when it wants to be told that. */
interface Mapping {
  readonly name: string;
  readonly scope: string;
  readonly expression: string;
}

/** By their names in the catalogue. Two mappings of one scope are both asked, so each adds to authentik's own. */
const made: Readonly<Record<string, Mapping>> = {
  'immich-role': {
    name: 'homeauth Immich role',
    scope: 'profile',
    expression: `return {"immich_role": "admin" if ak_is_group_member(request.user, name=${JSON.stringify(adminGroup)}) else "user"}`,
  },
};

export const mappingsMade: readonly string[] = Object.keys(made);

/** Scopes that authentik has a mapping for. Others may well be asked for: they come to nothing, and no error. */
const shipped: readonly string[] = ['openid', 'email', 'profile', 'offline_access', 'entitlements'];

/** authentik's own mappings of these scopes, and ours, each by the name that it is known by. */
export const mappingsOf = (scopes: readonly string[], extra: readonly string[]): readonly string[] => [
  ...shipped.filter((scope) => scopes.includes(scope)).map((scope) => `goauthentik.io/providers/oauth2/scope-${scope}`),
  ...extra.flatMap((key) => made[key]?.name ?? []),
];

/** The mappings that the apps ask for, each once. */
export function scopeMappings({ apps }: Config, inside: Id): Resource[] {
  const asked = new Set(apps.flatMap(({ oidc }) => oidc?.extraMappings ?? []));
  return [...asked].flatMap((key): Resource[] => {
    const mapping = made[key];
    if (!mapping) return [];
    const { name, scope, expression } = mapping;
    const fields = { scope_name: scope, expression, description: '' };
    return [{ kind: 'scope-mapping', key: name, spec: { fields }, inside }];
  });
}
