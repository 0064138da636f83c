import { AndFilter, type Filter, NotFilter, OrFilter, type SearchRequest } from 'ldapts';
import { withParents } from '../people.ts';
import type { Group, User } from '../state.ts';

/** What the API tells an outpost of people. */
export interface Directory {
  users: Pick<User, 'pk' | 'username' | 'name' | 'email' | 'uid' | 'is_active'>[];
  groups: Group[];
}

export interface Entry {
  dn: string;
  attributes: Record<string, string[]>;
}

/** Who a connection is. */
export interface Bound {
  username: string;
  maySearch: boolean;
}

/** What authentik compares, it compares in small letters. */
export const isBelow = (dn: string, base: string): boolean => dn.toLowerCase().endsWith(base.toLowerCase());

/** What a search may find, before its filter. Clients read the root and the schema before anything else. */
export function found({ baseDN, scope }: SearchRequest, base: string, directory: Directory, who?: Bound): Entry[] {
  if (baseDN === '') return [root(base)];
  if (baseDN.toLowerCase() === 'cn=subschema') return [schema];
  if (!who) return [];
  return entriesOf(directory, base, who).filter(({ dn }) =>
    scope === 'base' ? dn.toLowerCase() === baseDN.toLowerCase() : isBelow(dn, baseDN),
  );
}

const root = (base: string): Entry => ({
  dn: '',
  attributes: {
    objectClass: ['top', 'domain'],
    supportedLDAPVersion: ['3'],
    subschemaSubentry: ['cn=subschema'],
    namingContexts: [base, `ou=users,${base}`, `ou=groups,${base}`],
    vendorName: ['goauthentik.io'],
  },
});

const text = '1.3.6.1.4.1.1466.115.121.1.15';
const name = '1.3.6.1.4.1.1466.115.121.1.12';
/** Without the times of an entry, as authentik's was for long: a client that asks for them is refused by its own library. */
const schema: Entry = {
  dn: 'cn=subschema',
  attributes: {
    cn: ['subschema'],
    objectClass: ['top', 'subSchema'],
    attributeTypes: [
      `( 0.9.2342.19200300.100.1.1 NAME 'uid' SYNTAX '${text}' SINGLE-VALUE )`,
      `( 0.9.2342.19200300.100.1.3 NAME 'mail' SYNTAX '${text}' SINGLE-VALUE )`,
      `( 1.2.840.113556.1.2.102 NAME 'memberOf' SYNTAX '${name}' NO-USER-MODIFICATION )`,
      `( 1.2.840.113556.1.2.13 NAME 'displayName' SYNTAX '${text}' SINGLE-VALUE )`,
      `( 1.2.840.113556.1.4.1 NAME 'name' SYNTAX '${text}' SINGLE-VALUE NO-USER-MODIFICATION )`,
      `( 2.5.4.0 NAME 'objectClass' SYNTAX '1.3.6.1.4.1.1466.115.121.1.38' NO-USER-MODIFICATION )`,
      `( 2.5.4.3 NAME 'cn' SYNTAX '${text}' SINGLE-VALUE )`,
      `( 2.5.4.31 NAME 'member' SYNTAX '${name}' )`,
      `( 2.5.21.5 NAME 'attributeTypes' SYNTAX '${text}' NO-USER-MODIFICATION )`,
      `( 2.5.21.6 NAME 'objectClasses' SYNTAX '${text}' NO-USER-MODIFICATION )`,
    ],
    objectClasses: [
      `( 2.5.6.0 NAME 'top' ABSTRACT MUST ( objectClass ) MAY ( cn $ displayName $ memberOf $ name ) )`,
      `( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( cn ) )`,
      `( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY ( mail ) )`,
      `( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL MAY ( uid ) )`,
      `( 1.2.840.113556.1.5.8 NAME 'group' SUP top AUXILIARY MAY ( cn $ member ) )`,
    ],
  },
};

/** People, of whom somebody without the right sees only themselves; and groups. */
function entriesOf(state: Directory, base: string, { username, maySearch }: Bound): Entry[] {
  const groupDn = (name: string): string => `cn=${name},ou=groups,${base}`;
  const userDn = (name: string): string => `cn=${name},ou=users,${base}`;
  const people = state.users.filter((one) => maySearch || one.username === username);
  return [
    ...people.map((user): Entry => {
      const groups = state.groups.filter((one) => one.users.includes(user.pk));
      const attributes = {
        cn: [user.username],
        uid: [user.uid],
        name: [user.name],
        displayName: [user.name],
        mail: [user.email],
        objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'user', 'goauthentik.io/ldap/user'],
        memberOf: withParents(state, groups).map((one) => groupDn(one.name)),
        'ak-active': [String(user.is_active)],
      };
      return { dn: userDn(user.username), attributes };
    }),
    ...state.groups.map((group): Entry => {
      const members = state.users.filter((one) => group.users.includes(one.pk)).map((one) => userDn(one.username));
      return { dn: groupDn(group.name), attributes: { cn: [group.name], objectClass: ['group'], member: members } };
    }),
  ];
}

export function fits(filter: Filter, attributes: Entry['attributes']): boolean {
  if (filter instanceof AndFilter) return filter.filters.every((one) => fits(one, attributes));
  if (filter instanceof OrFilter) return filter.filters.some((one) => fits(one, attributes));
  if (filter instanceof NotFilter) return !fits(filter.filter, attributes);
  return Object.entries(attributes).some(([name, values]) =>
    values.some((value) => filter.matches({ [name.toLowerCase()]: value.toLowerCase(), [name]: value })),
  );
}
