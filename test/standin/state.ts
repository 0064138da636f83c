import type {
  Device,
  ExpressionPolicy,
  Flow,
  FlowToken,
  Invitation,
  Mail,
  Plan,
  Prompt,
  Reputation,
  ReputationPolicy,
  StageBinding,
  StoredStage,
} from './state-flows.ts';

/** Everything authentik keeps in PostgreSQL, as one plain document. */
export interface State {
  serial: { user: number; provider: number; groupNumber: number; device: number };
  setup: boolean;
  /** Releases that migrated it, in their order. */
  history: string[];
  users: User[];
  groups: Group[];
  tokens: Token[];
  providers: ProxyProvider[];
  oauthProviders: OAuthProvider[];
  ldapProviders: LdapProvider[];
  roles: Role[];
  applications: Application[];
  bindings: Binding[];
  outposts: Outpost[];
  flows: Flow[];
  stages: StoredStage[];
  stageBindings: StageBinding[];
  policies: ExpressionPolicy[];
  reputationPolicies: ReputationPolicy[];
  reputations: Reputation[];
  prompts: Prompt[];
  invitations: Invitation[];
  devices: Device[];
  flowTokens: FlowToken[];
  /** Mails that wait for the worker. */
  mails: Mail[];
  /** What was mailed lately, for the limit on attempts. Times in milliseconds. */
  mailed: { what: string; at: number }[];
  mappings: ScopeMapping[];
  brands: Brand[];
  /** Uploaded pictures by their names, as base64. */
  media?: Record<string, string>;
  keypairs: KeyPair[];
  blueprints: Blueprint[];
  settings: Settings;
  /** Blueprint instances that wait for the worker. */
  queue: string[];
  workers: { id: string; seen: number; version: string }[];
  /** `changed` counts changes, `pushed` what the worker told the outpost about. */
  propagation: { changed: number; pushed: number; served: ServedApp[] };
  sessions: Record<string, Session>;
  codes: Record<string, Code>;
  /** By the token itself. */
  grants: Record<string, Grant>;
  consents: { user: number; application: string }[];
  outpostSessions: Record<string, OutpostSession>;
}

export type Json = Record<string, unknown>;

export interface User {
  pk: number;
  uuid: string;
  uid: string;
  username: string;
  name: string;
  email: string;
  is_active: boolean;
  type: string;
  path: string;
  attributes: Json;
  roles: { pk: string; name: string }[];
  password: string | null;
  last_login: string | null;
  date_joined: string;
  password_change_date: string;
  last_updated: string;
}

export interface Group {
  pk: string;
  num_pk: number;
  name: string;
  is_superuser: boolean;
  parents: string[];
  users: number[];
  roles: string[];
  attributes: Json;
}

export interface Token {
  pk: string;
  managed: string | null;
  identifier: string;
  intent: string;
  user: number;
  description: string;
  expires: string | null;
  expiring: boolean;
  key: string;
}

/** What all providers have. */
interface Provider {
  pk: number;
  name: string;
  authentication_flow: string | null;
  authorization_flow: string;
  invalidation_flow: string;
  property_mappings: string[];
}

/** What those have that log people in by tokens. */
interface TokenProvider extends Provider {
  client_id: string;
  client_secret: string;
  jwt_federation_sources: string[];
  jwt_federation_providers: number[];
  access_token_validity: string;
  refresh_token_validity: string;
}

export interface ProxyProvider extends TokenProvider {
  internal_host: string;
  external_host: string;
  internal_host_ssl_validation: boolean;
  certificate: string | null;
  skip_path_regex: string;
  basic_auth_enabled: boolean;
  basic_auth_password_attribute: string;
  basic_auth_user_attribute: string;
  mode: string;
  intercept_header_auth: boolean;
  cookie_domain: string;
}

/** One of its own, which an app speaks OpenID Connect with. */
export interface OAuthProvider extends TokenProvider {
  client_type: string;
  grant_types: string[];
  access_code_validity: string;
  refresh_token_threshold: string;
  include_claims_in_id_token: boolean;
  signing_key: string | null;
  encryption_key: string | null;
  redirect_uris: RedirectUri[];
  logout_uri: string;
  logout_method: string;
  sub_mode: string;
  issuer_mode: string;
}

export interface RedirectUri {
  matching_mode: string;
  url: string;
  redirect_uri_type: string;
}

export interface Application {
  pk: string;
  name: string;
  slug: string;
  provider: number | null;
  backchannel_providers: number[];
  open_in_new_tab: boolean;
  meta_launch_url: string;
  meta_icon: string;
  meta_description: string;
  meta_publisher: string;
  policy_engine_mode: string;
  group: string;
  meta_hide: boolean;
}

export interface Binding {
  pk: string;
  policy: string | null;
  group: string | null;
  user: number | null;
  target: string;
  negate: boolean;
  enabled: boolean;
  order: number;
  timeout: number;
  failure_result: boolean;
}

export interface LdapProvider extends Provider {
  base_dn: string;
  certificate: string | null;
  tls_server_name: string;
  uid_start_number: number;
  gid_start_number: number;
  search_mode: string;
  bind_mode: string;
  mfa_support: boolean;
}

export interface Role {
  pk: string;
  name: string;
  /** Rights in single objects: the permission's code name, and the object. */
  permissions: { model: string; codename: string; object_pk: string }[];
}

export interface Outpost {
  pk: string;
  name: string;
  type: string;
  providers: number[];
  service_connection: string | null;
  config: Json;
  managed: string | null;
}

export interface ScopeMapping {
  pk: string;
  managed: string | null;
  name: string;
  expression: string;
  scope_name: string;
  description: string;
}

export type Brand = Json & {
  brand_uuid: string;
  domain: string;
  default: boolean;
  flow_authentication: string | null;
  flow_invalidation: string | null;
  flow_user_settings: string | null;
  flow_recovery: string | null;
};

export interface KeyPair {
  pk: string;
  name: string;
  fingerprint_sha256: string;
  fingerprint_sha1: string;
  cert_expiry: string;
  cert_subject: string;
  key_type: string;
  managed: string | null;
  /** Made when it is first needed. */
  pair?: { key: string; certificate: string };
}

export interface Blueprint {
  pk: string;
  name: string;
  path: string;
  labels: Record<string, string>;
  last_applied: string;
  last_applied_hash: string;
  status: string;
  enabled: boolean;
}

type Settings = Json;

/** What the embedded outpost knows of one application until it is told anew. */
export interface ServedApp {
  clientId: string;
  secret: string;
  mode: string;
  externalHost: string;
  cookieDomain: string;
  skip: string;
  provider: string;
  slug: string;
  validity: number;
  scopes: string[];
  authentikHost: string;
  outpost: string;
}

export interface Session {
  uuid: string;
  user: number | null;
  csrf: string;
  ip: string;
  userAgent: string;
  lastUsed: number;
  /** What the consent that was shown last expects back. */
  consentToken?: string;
  plan?: Plan;
}

export interface Code extends Authorized {
  provider: number;
  user: number;
  session: string;
  at: number;
}

/** What an app has asked for. */
interface Authorized {
  scopes: string[];
  nonce?: string;
  challenge?: { value: string; method: string };
}

/** What an access token or a refresh token stands for. */
export interface Grant {
  use: 'access' | 'refresh';
  provider: number;
  user: number;
  session: string;
  scopes: string[];
  nonce?: string;
  until: number;
}

export interface OutpostSession {
  clientId: string;
  session: string;
  expires: number;
  claims: { username: string; name: string; email: string; uid: string; groups: string[]; jwt: string };
}
