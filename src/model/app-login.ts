/** How people log in to an app, and what its owner enters there for that. */
export interface AppLogin {
  readonly app: string;
  readonly url: string;
  readonly login: 'forward-auth' | 'header' | 'oidc' | 'none';
  /** Of an app that believes a header: its name, and what is entered in the app where that is known. */
  readonly header?: { readonly name: string; readonly settings?: AppSettings };
  /** Of an app that asks authentik by itself. */
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
    /** What belongs into the app's own compose file: a file of variables, and a mount. */
    readonly compose?: { readonly envFile: string; readonly volume?: string };
  };
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
