import type { AppApi, AppApiSpec, AppCommandsSpec, AppSettingSpec } from '../model/app-setting.ts';
import type { Notify } from './notify.ts';
import type { Keep } from './retention.ts';
import type { claims } from './site.ts';

export type Claim = keyof typeof claims;

/** What the user said in homeauth.yaml, normalised: camelCase keys, every default resolved. */
export interface Config {
  /** Parent of all host names, e.g. `home.example.com`; also the cookie domain. */
  readonly domain: string;
  /** Absolute and normalised; homeauth's own directory is `authentik` below it. */
  readonly baseDir: string;
  /** Where people log in; `auth.<domain>` unless said otherwise. */
  readonly authHost: string;
  /** This server's address on the LAN, for the DNS records we suggest. */
  readonly lanAddress?: string;
  readonly admin: Admin;
  readonly authentik: Authentik;
  readonly proxy: 'caddy' | 'host-caddy' | 'manual';
  /** Where authentik listens for a proxy that is outside of Docker's networks. */
  readonly listen?: Listen;
  /** The one address of a proxy on another machine. */
  readonly proxyAddress?: string;
  /** Which container is the Caddy to use, where several could be meant. */
  readonly caddyContainer?: string;
  /** `external`: TLS ends before the proxy, at `tlsFrom`. */
  readonly tls: 'auto' | 'internal' | 'cloudflare' | 'external';
  /** Addresses, ranges of them, and names of containers; never empty. */
  readonly tlsFrom?: readonly string[];
  /** A dataset of its own for `authentik` where the parent is ZFS. */
  readonly zfsDataset: boolean;
  readonly mail?: Mail;
  readonly policies: Policies;
  /** How authentik calls itself; the domain where absent. */
  readonly brandTitle?: string;
  /** Paths of pictures. */
  readonly brandLogo?: string;
  readonly brandFavicon?: string;
  readonly backup: Backup;
  /** Who is told of problems that the timers find. */
  readonly notify: Notify;
  /** Groups of people beside those that apps name. */
  readonly groups: readonly string[];
  readonly apps: readonly App[];
}

/** An address of this server and a port there. */
export interface Listen {
  readonly address: string;
  readonly port: number;
}

interface Admin {
  readonly username: string;
  readonly name: string;
  readonly email: string;
}

interface Authentik {
  /** An exact release, `YYYY.M.P`. */
  readonly version: string;
  /** `explicit`: authentik asks before it tells an app who you are. */
  readonly consent: 'explicit' | 'implicit';
  /** Go on with a release that homeauth has not been tested with. */
  readonly allowUnsupported: boolean;
}

export interface Mail {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  /** Absolute path of a file with the password as its only line. */
  readonly passwordFile?: string;
  readonly from: string;
  readonly tls: 'starttls' | 'implicit' | 'none';
}

interface Backup {
  /** Absolute path of the directory for copies, or `restic:ADDRESS`. */
  readonly to: string;
  /** A file with restic's variables. */
  readonly resticEnv?: string;
  readonly keep?: Keep;
  /** Public keys of age; never empty. */
  readonly recipients?: readonly string[];
  /** Copies need not be encrypted. */
  readonly plain?: true;
}

interface Policies {
  /** Whom the login asks to set up a second factor where they have none. Who has one is always asked for it. */
  readonly secondFactor: 'off' | 'admins' | 'everyone';
  /** There is a flow for a new password: by mail where mail is set, and by links that homeauth asks for. */
  readonly recovery: boolean;
  /** There is a flow that invitations open. */
  readonly invitations: boolean;
}

export interface App {
  /** Also the slug in authentik and the default first label of the host. */
  readonly name: string;
  readonly title: string;
  /**
   * What its tile says in authentik, and under which heading it is; what is left out is its owner's there.
   * `icon`: the path of a picture, or `app` for the one that the app itself has.
   */
  readonly tile?: { readonly description?: string; readonly group?: string; readonly icon?: string };
  readonly host: string;
  /** `HOST:PORT` as Caddy sees it. Without one Caddy answers by itself, with what `extra` says. */
  readonly upstream?: string;
  /** The owner's own site for this host in the Caddyfile is put aside. */
  readonly replacesSite?: true;
  /** What its site has beside the login. */
  readonly site?: AppSite;
  /** `app`: a provider of its own; `domain`: shares the provider of the whole domain. */
  readonly mode: 'app' | 'domain';
  /**
   * How people get in. `header`: Caddy asks authentik, and the app believes a header of Caddy's; `oidc`,
   * `ldap`: the app asks by itself; `none`: authentik has no part in it. Absent: Caddy asks authentik, and the app need
   * not know of it.
   */
  readonly login?: 'header' | 'oidc' | 'ldap' | 'none';
  /** Of one that speaks OpenID Connect. */
  readonly oidc?: AppOidc;
  /** Of one that asks by LDAP: what homeauth writes into it. */
  readonly ldap?: Written;
  /** Of one that asks by LDAP: where that can be asked from the LAN, too, over TLS. */
  readonly ldapListen?: Listen;
  /** Only members of this authentik group get in; everyone with an account where absent. */
  readonly group?: string;
  /** Paths that need no login: to the letter, or with `/*` at the end. */
  readonly openPaths?: readonly string[];
  /** Present when a preset says that homeauth starts the app itself. */
  readonly container?: { readonly image: string };
}

/** An app at one of the addresses that Caddy dials for it. */
export type AppAt = App & { readonly upstream: string };

/** An address that authentik may send people back to: after the login, or after the logout. */
export interface RedirectUri {
  readonly url: string;
  readonly mode: 'strict' | 'regex';
  readonly type: 'authorization' | 'logout';
}

/** What a browser asks an app for, so that it is sent to the login. */
export interface LoginStart {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Sent as JSON; the answer then holds the address to go to. */
  readonly body?: Readonly<Record<string, string>>;
  /** A field against forged forms that comes along, and where it is read: on the app's own page unless told. */
  readonly formToken?: { readonly name: string; readonly from?: string };
}

/** What homeauth writes into an app that asks authentik by itself, with places for what is secret. */
export interface Written {
  /** Where its settings are; none where homeauth cannot write them. */
  readonly file?: Pick<AppSettingSpec, 'in'> & Partial<AppSettingSpec>;
  /** The same for commands that set them, and for an HTTP API that takes them. */
  readonly commands?: Pick<AppCommandsSpec, 'in'> & Partial<AppCommandsSpec>;
  readonly api?: { readonly key: Pick<AppApi['key'], 'file'> } | Omit<AppApiSpec, 'upstream' | 'tls' | 'sent'>;
  /** The file beside its own compose file that has the lines for that. `up`: its container is made anew by homeauth. */
  readonly override?: { readonly file: string; readonly service: string; readonly up?: true };
  /** Its settings name the group of its users, and it has none. */
  readonly lacksGroup?: true;
  /** Variables of its container. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How an app speaks OpenID Connect. */
export interface AppOidc extends Written {
  readonly redirectUris: readonly RedirectUri[];
  readonly scopes: readonly string[];
  readonly client: 'confidential' | 'public';
  readonly grants: readonly ('authorization_code' | 'refresh_token' | 'implicit')[];
  /** Whether the app sends a challenge. */
  readonly pkce: 'sends' | 'none' | 'unknown';
  readonly subjectMode: 'hashed_user_id' | 'user_id' | 'user_uuid' | 'user_username' | 'user_email' | 'user_upn';
  readonly accessTokenValidity: string;
  /** Scope mappings beside authentik's own, by their names in the catalogue. */
  readonly extraMappings: readonly string[];
  /** Where authentik tells the app of a logout. */
  readonly logout?: { readonly uri: string; readonly method: 'frontchannel' | 'backchannel' };
  /** Where a browser begins the login. */
  readonly loginStart?: LoginStart;
  /** What switches its own passwords off, where they are to be off, in the same places; empty where homeauth cannot. */
  readonly onlySso?: OnlySso;
  /** What the app's own script sends at the end of a login. */
  readonly loginEnd?: { readonly url: string; readonly body: Readonly<Record<string, string>> };
  /** What shows, in the session of somebody, that they administer the app. */
  readonly administrator?: {
    readonly path: string;
    readonly has?: Readonly<Record<string, string | number | boolean>>;
  };
}

/** How an app's own passwords are switched off, and on again. */
export interface OnlySso extends Pick<AppOidc, 'file' | 'commands' | 'api' | 'env'> {
  /** Why homeauth cannot: which key below `oidc` says where, or what is known of doing it by hand. */
  readonly lacks?: 'settings-in' | 'api-key-file';
  readonly byHand?: string;
  /** Where passwords go on working all the same. */
  readonly stillOpen?: string;
  /** How they are switched on without homeauth, where the app has a way of its own. */
  readonly wayBack?: string;
}

/** What the owner wants of an app's site. */
export interface AppSite {
  /** Further servers of the app, as `HOST:PORT`. */
  readonly moreUpstreams?: readonly string[];
  /** It speaks TLS. */
  readonly tls?: { readonly ca?: string; readonly serverName?: string; readonly insecureSkipVerify?: true };
  /** Headers for the app, by name, with what of a person they tell. */
  readonly identityHeaders?: Readonly<Record<string, Claim>>;
  /** Headers on the way to the app, and back: null takes one off. */
  readonly requestHeaders?: Readonly<Record<string, string | null>>;
  readonly responseHeaders?: Readonly<Record<string, string | null>>;
  /** As Caddy reads a size. */
  readonly maxBody?: string;
  readonly encode?: true;
  /** Lines of a Caddyfile, inside of a route. */
  readonly extra?: string;
}
