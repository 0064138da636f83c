import type { Secret } from './secret.ts';

/** What is known of the LDAP server of an app. */
export interface LdapFacts {
  /** Of the account that the app searches with, once it is on disk. */
  readonly bindPassword?: Secret;
  /** By which its server opens authentik, and the outpost that it belongs to there, once that is made. */
  readonly token?: { readonly key: Secret; readonly outpost: string };
  /** Addresses of its network: those of apps, and no visitor's own. */
  readonly subnets: readonly string[];
}

/** key: the identifier of an app password. It is on disk before authentik hears of it. */
export interface AppPasswordSpec {
  /** Whose it is. */
  readonly username: string;
  /** Found: what is there, by a mark of it in the description; its own key is shown to nobody. */
  readonly password?: Secret;
}

export interface AppPasswordFound extends Omit<AppPasswordSpec, 'password'> {
  readonly mark: string;
}

/** key: the name of an LDAP provider, in which an account may search. */
export interface SearchSpec {
  readonly username: string;
}

/** key: the name of an outpost for LDAP. */
export interface LdapOutpostSpec {
  readonly authentikHost: string;
  /** The name of its one provider: of several in one, none has a certificate of its own. */
  readonly provider: string;
}

/** What came of a bind as somebody. `code`: LDAP's number for the refusal. */
export interface LdapTrial {
  readonly app: string;
  readonly getsIn: boolean;
  readonly code?: number;
  /** That the app is told of. */
  readonly groups: readonly string[];
}
