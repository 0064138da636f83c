/** What a text of the catalogue can ask for in braces, and what each is. */
export const placeholders = {
  host: "the app's public name",
  hostRegex: 'the same with its dots escaped',
  authHost: 'where people log in',
  slug: "the app's slug in authentik",
  issuer: 'the issuer, with the slash at its end',
  wellKnown: 'the address of the discovery document',
  clientId: 'the client id',
  clientSecret: 'the client secret',
  userGroup: 'the group that may use the app',
  adminGroup: 'the group that administers it',
  ldapHost: 'the LDAP server',
  ldapPort: 'its port',
  baseDn: "the LDAP tree's root",
  ldapBindUser: 'the account that the app searches with',
  ldapBindPassword: 'its password',
  ldapUserFilter: 'an LDAP filter: who may use the app',
  proxyIp: "Caddy's address",
  proxyCidr: "Caddy's network",
  appApiKey: 'a key of an administrator of the app',
  former: 'what was there before homeauth',
  callback: 'the address that authentik sends the browser to at the end of a login',
  proxySecret: 'a secret that Caddy and the app share',
  randomSecret: 'a secret of its own',
  basicAuthPassword: 'the password that Caddy sends',
  strategyId: 'an id that the app invents',
  providerId: 'an id that the app invents',
} as const;

export type Placeholder = keyof typeof placeholders;
/** Data of the catalogue as it is written: texts in lists and maps. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data };

/** `${NAME}` is a variable of the app's, and a number or braces with blanks are a pattern of it. */
const braced = /(?<!\$)\{(\w*[A-Za-z]\w*)\}/g;

/**
 * Fills the placeholders of a text, or of every text below a list or a map. Names and keys stay as they are.
 * @throws for a placeholder that no value is given for: the catalogue's mistake, or ours
 */
export function fill<T extends Data>(
  data: T,
  values: Partial<Record<Placeholder, string>>,
  literal: readonly string[] = [],
): T {
  return walk(data, (text) =>
    text.replace(braced, (whole, name: string) => {
      if (literal.includes(name)) return whole;
      const value = Object.hasOwn(values, name) ? values[name as Placeholder] : undefined;
      if (value === undefined) throw new Error(`the catalogue asks for ${whole}, which has no value here`);
      return value;
    }),
  ) as T;
}

function walk(data: Data, change: (text: string) => string): Data {
  if (typeof data === 'string') return change(data);
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map((one) => walk(one, change));
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, walk(value, change)]));
}
