import { randomUUID } from 'node:crypto';
import { BLUEPRINTS, PROVIDER_INVALIDATION } from './defaults.ts';
import type { Era } from './era.ts';
import { makeGroup, makeToken, makeUser } from './make.ts';
import { hashPassword, hex } from './secrets.ts';
import { OUTPOST_CONFIG, SETTINGS } from './standard.ts';
import type { State, User } from './state.ts';

export const EMBEDDED = 'goauthentik.io/outposts/embedded';
const ADMINS = 'authentik Admins';

/** What the migrations leave behind: settings, a key pair and the embedded outpost, and no flow at all. */
export function firstState(): State {
  const state: State = {
    serial: { user: 2, provider: 1, groupNumber: 13050, device: 1 },
    setup: false,
    users: [],
    groups: [],
    tokens: [],
    providers: [],
    oauthProviders: [],
    applications: [],
    bindings: [],
    outposts: [],
    flows: [],
    stages: [],
    stageBindings: [],
    policies: [],
    reputationPolicies: [],
    reputations: [],
    prompts: [],
    invitations: [],
    devices: [],
    flowTokens: [],
    mails: [],
    mailed: [],
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
    grants: {},
    consents: [],
    outpostSessions: {},
  };
  embeddedOutpost(state);
  // akadmin was 4 and the outpost's account 2 in every recording.
  state.serial.user = 4;
  return state;
}

/** Lists the bundled blueprints as instances that wait for the worker. `last_applied` is filled from the start: it proves nothing. */
export function discoverBlueprints(state: State, { providerInvalidation }: Era): void {
  for (const [path, name, labels] of BLUEPRINTS) {
    if (path === PROVIDER_INVALIDATION && !providerInvalidation) continue;
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
