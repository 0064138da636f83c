import type {
  AppApiFound,
  AppApiSpec,
  AppCommandsFound,
  AppCommandsSpec,
  AppSettingFound,
  AppSettingSpec,
} from './app-setting.ts';
import type { ComposeServiceFound, ComposeServiceSpec } from './compose-service.ts';
import type { ContainerFound, ContainerSpec, ImageSpec, NetworkFound, NetworkSpec } from './container.ts';
import type { Failure } from './failure.ts';
import type { AppPasswordFound, AppPasswordSpec, LdapOutpostSpec, SearchSpec } from './ldap.ts';
import type { IconSpec, MediaSpec } from './picture.ts';
import type { Reason } from './reason.ts';
import type { Secret } from './secret.ts';
import type {
  ApplicationSpec,
  BindingFound,
  BindingSpec,
  BootstrapSpec,
  EmergencyFound,
  EmergencySpec,
  FlowBindingSpec,
  GroupSpec,
  OAuth2ProviderFound,
  OAuth2ProviderSpec,
  ObjectSpec,
  OutpostSpec,
  PolicyBindingSpec,
  ProviderFound,
  ProviderSpec,
  ServiceSpec,
  SettingsSpec,
  TokenSpec,
  UserFound,
  UserSpec,
} from './sso.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface DatasetSpec {
  readonly mountpoint: string;
}

export interface DatasetFound extends DatasetSpec {
  readonly mounted: boolean;
}

export interface DirectorySpec {
  readonly mode: number;
  readonly owner: Owner;
}

export interface FileSpec {
  readonly content: string | Secret;
  readonly mode: number;
  /** Made where it is missing; what it says afterwards is the user's own affair. */
  readonly once?: true;
  /** Made with the owner and the mode that this file has. */
  readonly like?: string;
}

/** Random values made once. With names the file holds NAME=value lines, without it holds one bare value. */
export interface SecretsSpec {
  readonly names?: readonly string[];
  /** A data directory that was made with these values: where it holds data, they are never made anew. */
  readonly lockedBy?: string;
}

/** The file's mode, and which values are missing or empty. */
export interface SecretsFound {
  readonly mode: number;
  readonly missing: readonly string[];
}

/** Who logs in to the database, with a database of the role's own and no more rights than that. */
export interface RoleSpec {
  /** The path, in the database's container, of what makes it. */
  readonly script?: string;
}

/** One site in homeauth's text, and what of it needs no login. */
export interface CaddySite {
  readonly host: string;
  readonly openPaths: readonly string[];
  /** All of it: the app asks by itself. */
  readonly ownLogin?: true;
}

/** A module that Caddy's own image lacks, and the variable that it reads. */
export interface CaddyModule {
  readonly name: string;
  readonly variable: string;
}

/** Where a Caddy runs: in a container, or else as a program of this server's, which a unit of systemd may keep. */
export interface CaddyPlace {
  readonly container?: string;
  readonly unit?: string;
}

/** All of homeauth's text in Caddy's configuration. */
export interface CaddySpec extends CaddyPlace {
  /** The Caddyfile as Caddy sees it, and as the host sees it. */
  readonly caddyfile: { readonly inside: string; readonly outside: string };
  /** `import`: a file of ours beside it and one import line; `block`: one marked block in it, written in place. */
  readonly how: 'import' | 'block';
  /** Found: what stands there and is included; empty where it is not. */
  readonly text: string;
  readonly sites: readonly CaddySite[];
  /** Hosts of these whose own site in the Caddyfile is put aside. */
  readonly replaces: readonly string[];
  /** What Caddy must have for it. */
  readonly modules: readonly CaddyModule[];
  /** Its sites are for plain HTTP, behind what ends TLS. */
  readonly overHttp?: true;
  /** A mark that the text carries into the running configuration. Found: the mark there; empty where there is none. */
  readonly revision: string;
}

/** Every sort of thing that homeauth can keep, and what "right" means for it. Plain data. */
export interface Specs {
  dataset: DatasetSpec;
  directory: DirectorySpec;
  file: FileSpec;
  secrets: SecretsSpec;
  network: NetworkSpec;
  image: ImageSpec;
  container: ContainerSpec;
  role: RoleSpec;
  service: ServiceSpec;
  token: TokenSpec;
  bootstrap: BootstrapSpec;
  group: GroupSpec;
  user: UserSpec;
  emergency: EmergencySpec;
  provider: ProviderSpec;
  'scope-mapping': ObjectSpec;
  'oauth2-provider': OAuth2ProviderSpec;
  'ldap-provider': ObjectSpec;
  'service-account': ObjectSpec;
  'app-password': AppPasswordSpec;
  'directory-search': SearchSpec;
  'ldap-outpost': LdapOutpostSpec;
  application: ApplicationSpec;
  binding: BindingSpec;
  'user-binding': BindingSpec;
  outpost: OutpostSpec;
  settings: SettingsSpec;
  flow: ObjectSpec;
  prompt: ObjectSpec;
  policy: ObjectSpec;
  reputation: ObjectSpec;
  stage: ObjectSpec;
  'stage-settings': ObjectSpec;
  brand: ObjectSpec;
  'brand-title': ObjectSpec;
  'brand-look': ObjectSpec;
  icon: IconSpec;
  media: MediaSpec;
  'tile-icon': ObjectSpec;
  'brand-image': ObjectSpec;
  'flow-binding': FlowBindingSpec;
  'policy-binding': PolicyBindingSpec;
  caddy: CaddySpec;
  'compose-service': ComposeServiceSpec;
  'app-setting': AppSettingSpec;
  'app-api': AppApiSpec;
  'app-commands': AppCommandsSpec;
}

/** What a look finds, where that is something else than what is wanted. */
interface Finds {
  dataset: DatasetFound;
  secrets: SecretsFound;
  network: NetworkFound;
  container: ContainerFound;
  role: object;
  user: UserFound;
  emergency: EmergencyFound;
  provider: ProviderFound;
  'oauth2-provider': OAuth2ProviderFound;
  binding: BindingFound;
  'user-binding': BindingFound;
  'app-password': AppPasswordFound;
  'compose-service': ComposeServiceFound;
  'app-setting': AppSettingFound;
  'app-api': AppApiFound;
  'app-commands': AppCommandsFound;
}

export type Found<K extends KindName> = K extends keyof Finds ? Finds[K] : Specs[K];

export type KindName = keyof Specs;
export type Id = `${KindName}:${string}`;

/** One thing that should exist. `key` is its natural name, the same in the config, on disk and in every API. */
export type Resource = {
  [K in KindName]: {
    readonly kind: K;
    readonly key: string;
    readonly spec: Specs[K];
    /** The user's data: kept unless asked for by name. */
    readonly precious?: true;
    /** More of a thing that another resource makes first: ours where that is ours, with no line in the ledger. */
    readonly extends?: Id;
    /** It holds the ledger: the last to go, and only when nothing else was kept. */
    readonly home?: true;
    /** The data directory it lives in: it goes, or stays, with that, without a call of its own. */
    readonly inside?: Id;
    /** Nothing that follows needs it to be ready: the run goes on, and looks at it again whenever it waits. */
    readonly meanwhile?: true;
    /** What is made before it, where that has to be made: listed earlier in the same stage. */
    readonly after?: readonly Id[];
  };
}[KindName];

export const idOf = (r: Pick<Resource, 'kind' | 'key'>): Id => `${r.kind}:${r.key}`;

export function parseId(id: Id): { kind: KindName; key: string } {
  const at = id.indexOf(':');
  return { kind: id.slice(0, at) as KindName, key: id.slice(at + 1) };
}

/** The last part of a path, or of an image's name with its tag: `certs`, `postgres:16-alpine`. */
export const short = (key: string): string => key.slice(key.lastIndexOf('/', key.length - 2) + 1);

/** What one look at the world found. `unknown`: it could not be looked at yet. */
export type Observed<S = unknown> =
  | { readonly is: 'absent' }
  | { readonly is: 'present'; readonly spec: S }
  /**
   * `line`: what was last heard from what is in the way; `failure`: what is behind it, where that is known; `isLost`:
   * waiting changes nothing.
   */
  | {
      readonly is: 'unknown';
      readonly because: Reason;
      readonly line?: string;
      readonly failure?: Failure;
      readonly isLost?: true;
    };
