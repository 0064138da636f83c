import { randomUUID } from 'node:crypto';
import { BLUEPRINTS } from './defaults.ts';
import { hashPassword, hex, randomText } from './secrets.ts';
import type { Group, State, Token, User } from './state.ts';

export const EMBEDDED = 'goauthentik.io/outposts/embedded';
export const ADMINS = 'authentik Admins';

export function makeUser(state: State, given: Pick<User, 'username' | 'name'> & Partial<User>): User {
  const pk = state.serial.user++;
  const now = new Date().toISOString();
  const user: User = {
    pk,
    uuid: randomUUID(),
    uid: hex('sha256', `${pk}-${randomUUID()}`),
    email: '',
    is_active: true,
    type: 'internal',
    path: 'users',
    attributes: {},
    roles: [],
    password: null,
    last_login: null,
    date_joined: now,
    password_change_date: now,
    last_updated: now,
    ...given,
  };
  state.users.push(user);
  return user;
}

export function makeGroup(state: State, given: Pick<Group, 'name'> & Partial<Group>): Group {
  const group: Group = {
    pk: randomUUID(),
    num_pk: state.serial.groupNumber++,
    is_superuser: false,
    parents: [],
    users: [],
    roles: [],
    attributes: {},
    ...given,
  };
  state.groups.push(group);
  return group;
}

/** `expires` is set even when the token does not expire, as recorded. */
export function makeToken(
  state: State,
  given: Pick<Token, 'identifier' | 'intent' | 'user'> & Partial<Token>,
  minutes = 30,
): Token {
  const token: Token = {
    pk: randomUUID(),
    managed: null,
    description: '',
    expires: new Date(Date.now() + minutes * 60_000).toISOString(),
    expiring: true,
    key: randomText(60),
    ...given,
  };
  state.tokens.push(token);
  return token;
}

/** What the migrations leave behind: settings, a key pair and the embedded outpost, and no flow at all. */
export function firstState(): State {
  const state: State = {
    serial: { user: 2, provider: 1, groupNumber: 13050 },
    setup: false,
    users: [],
    groups: [],
    tokens: [],
    providers: [],
    applications: [],
    bindings: [],
    outposts: [],
    flows: [],
    mappings: [],
    brands: [],
    keypairs: [keypair()],
    blueprints: [],
    settings: structuredClone(SETTINGS),
    queue: [],
    workers: [],
    propagation: { changed: 1, pushed: 0, served: [] },
    sessions: {},
    codes: {},
    consents: [],
    outpostSessions: {},
  };
  embeddedOutpost(state);
  // akadmin was 4 and the outpost's account 2 in every recording.
  state.serial.user = 4;
  return state;
}

/** Lists the bundled blueprints as instances that wait for the worker. `last_applied` is filled from the start: it proves nothing. */
export function discoverBlueprints(state: State): void {
  for (const [path, name, labels] of BLUEPRINTS) {
    if (state.blueprints.some((one) => one.path === path)) continue;
    const pk = randomUUID();
    const last_applied = new Date().toISOString();
    state.blueprints.push({
      pk,
      name,
      path,
      labels,
      last_applied,
      last_applied_hash: '',
      status: 'unknown',
      enabled: true,
    });
    state.queue.push(pk);
  }
}

/** akadmin and its group; created only, never changed. */
export function makeAdmin(state: State): User {
  const group =
    state.groups.find((one) => one.name === ADMINS) ?? makeGroup(state, { name: ADMINS, is_superuser: true });
  const there = state.users.find((one) => one.username === 'akadmin');
  if (there) return there;
  const user = makeUser(state, {
    username: 'akadmin',
    name: 'authentik Default Admin',
    email: 'root@example.com',
    password: null,
  });
  group.users.push(user.pk);
  return user;
}

/**
 * What `system/bootstrap.yaml` does with the variables at a start: everything is created if missing, and setup is
 * closed by either secret. Since 2026.5 only while setup is open, so a deleted token stays deleted.
 */
export function bootstrap(
  state: State,
  given: { token?: string; password?: string; email?: string },
  everyStart: boolean,
): void {
  if (state.setup && !everyStart) return;
  const admin = makeAdmin(state);
  if (given.email && !state.setup) admin.email = given.email;
  if (given.password && !state.setup) admin.password = hashPassword(given.password);
  const identifier = 'authentik-bootstrap-token';
  if (given.token && !state.tokens.some((one) => one.identifier === identifier)) {
    makeToken(state, {
      identifier,
      intent: 'api',
      user: admin.pk,
      expiring: false,
      key: given.token,
    });
  }
  if (given.token || given.password) state.setup = true;
}

function embeddedOutpost(state: State): void {
  const pk = randomUUID();
  const account = makeUser(state, {
    username: `ak-outpost-${pk.replaceAll('-', '')}`,
    name: 'Outpost authentik Embedded Outpost Service-Account',
    type: 'internal_service_account',
    path: 'goauthentik.io/outposts',
    roles: [{ pk: randomUUID(), name: 'ak-managed-role--user-2' }],
  });
  makeToken(state, {
    identifier: `ak-outpost-${pk}-api`,
    intent: 'api',
    user: account.pk,
    expiring: false,
    managed: `goauthentik.io/outpost/ak-outpost-${pk}-api`,
  });
  state.outposts.push({
    pk,
    name: 'authentik Embedded Outpost',
    type: 'proxy',
    providers: [],
    service_connection: null,
    config: structuredClone(OUTPOST_CONFIG),
    managed: EMBEDDED,
  });
}

function keypair(): State['keypairs'][number] {
  const colons = (text: string): string => text.match(/../g)?.join(':') ?? '';
  return {
    pk: randomUUID(),
    name: 'authentik Self-signed Certificate',
    fingerprint_sha256: colons(hex('sha256', randomUUID())),
    fingerprint_sha1: colons(hex('sha1', randomUUID())),
    cert_expiry: new Date(Date.now() + 365 * 86_400_000).toISOString(),
    cert_subject: 'OU=Self-signed,O=authentik,CN=authentik Self-signed Certificate',
    key_type: 'rsa',
    managed: null,
  };
}

const SETTINGS = {
  avatars: 'gravatar,initials',
  default_user_change_name: true,
  default_user_change_email: false,
  default_user_change_username: false,
  event_retention: 'days=365',
  reputation_lower_limit: -5,
  reputation_upper_limit: 5,
  footer_links: [],
  gdpr_compliance: true,
  impersonation: true,
  impersonation_require_reason: true,
  default_token_duration: 'minutes=30',
  default_token_length: 60,
  pagination_default_page_size: 20,
  pagination_max_page_size: 100,
  flags: {},
};

export const OUTPOST_CONFIG = {
  log_level: 'info',
  docker_labels: null,
  authentik_host: '',
  docker_network: null,
  container_image: null,
  docker_map_ports: true,
  refresh_interval: 'minutes=5',
  kubernetes_replicas: 1,
  kubernetes_namespace: 'default',
  authentik_host_browser: '',
  object_naming_template: 'ak-outpost-%(name)s',
  authentik_host_insecure: false,
  kubernetes_json_patches: null,
  kubernetes_service_type: 'ClusterIP',
  kubernetes_ingress_path_type: null,
  kubernetes_image_pull_secrets: [],
  kubernetes_ingress_class_name: null,
  kubernetes_disable_x509_strict: false,
  kubernetes_disabled_components: [],
  kubernetes_ingress_annotations: {},
  kubernetes_ingress_secret_name: 'authentik-outpost-tls',
  kubernetes_httproute_annotations: {},
  kubernetes_httproute_parent_refs: [],
};
