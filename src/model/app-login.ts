/** How people get into an app. */
export const logins = ['forward-auth', 'header', 'oidc', 'ldap', 'none'] as const;
export type Login = (typeof logins)[number];

/** How people log in to an app, and what its owner enters there for that. */
export interface AppLogin {
  readonly app: string;
  readonly url: string;
  readonly login: Login;
  /** Of an app that believes a header: its name, and what is entered in the app where that is known. */
  readonly header?: { readonly name: string; readonly settings?: AppSettings };
  /** Of one that asks by LDAP. */
  readonly ldap?: {
    readonly host: string;
    readonly port: number;
    /** Where it can be asked from the LAN, over TLS. */
    readonly lan?: string;
    /** The network that the app has to be on. */
    readonly network: string;
    readonly baseDn: string;
    readonly bindDn: string;
    /** Where its password is kept. */
    readonly secretFile: string;
    readonly userFilter: string;
    /** What has to be installed in the app first. */
    readonly plugin?: string;
    readonly settings?: AppSettings;
    readonly compose?: ComposeLines;
  };
  /** Of one that speaks OpenID Connect. */
  readonly oidc?: {
    readonly issuer: string;
    readonly discovery: string;
    /** Once it is made. */
    readonly clientId?: string;
    /** Where the client secret is kept. */
    readonly secretFile: string;
    readonly redirectUris: readonly string[];
    readonly scopes: readonly string[];
    readonly settings?: AppSettings;
    readonly compose?: ComposeLines;
    /** Its own passwords are off: how they come back without homeauth, and where they go on working. */
    readonly onlySso?: { readonly wayBack: string; readonly stillOpen?: string };
  };
}

/** What belongs into the app's own compose file, a file of variables and a mount; or the file beside it that has it. */
export interface ComposeLines {
  readonly envFile: string;
  readonly volume?: string;
  readonly override?: string;
  /** homeauth makes the container anew. */
  readonly up?: true;
}

export interface AppSettings {
  readonly way: 'env' | 'file' | 'api' | 'exec' | 'ui';
  /** The page, the file, or the address in the app. */
  readonly place?: string;
  /** What is entered, by name; for `exec` the commands. */
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** What else has to be done there. */
  readonly notes: readonly string[];
}
