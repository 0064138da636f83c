/** Somebody, or something, that can log in. */
export interface Person {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly active: boolean;
  /** A member of a group that may do everything, directly or through another group. */
  readonly admin: boolean;
  /** ISO 8601; absent: never. */
  readonly lastLogin?: string;
  /** `emergency`: authentik's own akadmin. `service`: a program's account. */
  readonly sort: 'person' | 'emergency' | 'service';
}

/** A browser that somebody is logged in with. */
export interface Session {
  readonly browser: string;
  readonly address: string;
  /** ISO 8601. */
  readonly lastUsed: string;
  readonly expires: string;
}

/** What homeauth calls itself where it logs in: whoever sees such a session knows whose it is. */
export const ownBrowser = 'homeauth';
