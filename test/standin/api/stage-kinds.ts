import type { Json, State } from '../state.ts';
import { duration } from './checks.ts';
import type { Fields } from './fields.ts';

/** One kind of stage: its collection is `/stages/<path>/`. */
export interface StageKind {
  path: string;
  app: string;
  verbose: string;
  fields: (state: State) => Fields;
  defaults: Json;
}

const flow = (state: State) => ({
  type: 'ref' as const,
  nullable: true as const,
  known: () => state.flows.map((one) => one.pk),
});
const stage = (state: State, kind: string) => ({
  type: 'ref' as const,
  nullable: true as const,
  known: () => state.stages.filter((one) => one.kind === kind).map((one) => one.pk),
});
const flag = { type: 'bool' as const };
const count = { type: 'int' as const };
const factor = { type: 'number' as const };
const time = { type: 'text' as const, check: duration };
const free = { type: 'text' as const, blank: true as const };
const none = { type: 'refs' as const, known: () => [] };
const choice = (...choices: string[]) => ({ type: 'text' as const, choices });
const several = (...choices: string[]) => ({ type: 'list' as const, choices });
const DEVICES = ['static', 'totp', 'webauthn', 'duo', 'sms', 'email'];
const BACKENDS = [
  'authentik.core.auth.InbuiltBackend',
  'authentik.core.auth.TokenBackend',
  'authentik.sources.ldap.auth.LDAPBackend',
  'authentik.sources.kerberos.auth.KerberosBackend',
];

const kind = (
  path: string,
  verbose: string,
  defaults: Json = {},
  fields: StageKind['fields'] = () => ({}),
  app = path.replace('/stages', '').replace('/', '_'),
): StageKind => ({ path, app, verbose, fields, defaults });

/** The kinds that the stand-in knows, with authentik's own defaults. */
export const STAGE_KINDS: readonly StageKind[] = [
  kind(
    'identification',
    'Identification Stage',
    {
      user_fields: [],
      password_stage: null,
      captcha_stage: null,
      case_insensitive_matching: true,
      show_matched_user: true,
      enrollment_flow: null,
      recovery_flow: null,
      passwordless_flow: null,
      sources: [],
      show_source_labels: false,
      pretend_user_exists: true,
      enable_remember_me: false,
      webauthn_stage: null,
    },
    (state) => ({
      user_fields: several('email', 'username', 'upn'),
      password_stage: stage(state, 'password'),
      captcha_stage: { ...none, type: 'ref', nullable: true },
      case_insensitive_matching: flag,
      show_matched_user: flag,
      enrollment_flow: flow(state),
      recovery_flow: flow(state),
      passwordless_flow: flow(state),
      sources: none,
      show_source_labels: flag,
      pretend_user_exists: flag,
      enable_remember_me: flag,
      webauthn_stage: stage(state, 'authenticator/validate'),
    }),
  ),
  kind(
    'password',
    'Password Stage',
    { backends: [], configure_flow: null, failed_attempts_before_cancel: 5, allow_show_password: false },
    (state) => ({
      backends: { ...several(...BACKENDS), required: true },
      configure_flow: flow(state),
      failed_attempts_before_cancel: count,
      allow_show_password: flag,
    }),
  ),
  kind(
    'user_login',
    'User Login Stage',
    {
      session_duration: 'seconds=0',
      terminate_other_sessions: false,
      remember_me_offset: 'seconds=0',
      network_binding: 'no_binding',
      geoip_binding: 'no_binding',
      remember_device: 'days=30',
    },
    () => ({
      session_duration: time,
      terminate_other_sessions: flag,
      remember_me_offset: time,
      network_binding: choice('no_binding', 'bind_asn', 'bind_asn_network', 'bind_asn_network_ip'),
      geoip_binding: choice('no_binding', 'bind_continent', 'bind_continent_country', 'bind_continent_country_city'),
      remember_device: time,
    }),
  ),
  kind('user_logout', 'User Logout Stage'),
  kind(
    'user_write',
    'User Write Stage',
    {
      user_creation_mode: 'create_when_required',
      create_users_as_inactive: false,
      create_users_group: null,
      user_type: 'external',
      user_path_template: '',
    },
    (state) => ({
      user_creation_mode: choice('never_create', 'create_when_required', 'always_create'),
      create_users_as_inactive: flag,
      create_users_group: { type: 'ref', nullable: true, known: () => state.groups.map((one) => one.pk) },
      user_type: choice('internal', 'external', 'service_account', 'internal_service_account'),
      user_path_template: free,
    }),
  ),
  kind(
    'email',
    'Email Stage',
    {
      use_global_settings: false,
      host: 'localhost',
      port: 25,
      username: '',
      use_tls: false,
      use_ssl: false,
      timeout: 10,
      from_address: 'system@authentik.local',
      token_expiry: 'minutes=30',
      subject: 'authentik',
      template: 'email/password_reset.html',
      activate_user_on_success: false,
      recovery_max_attempts: 5,
      recovery_cache_timeout: 'minutes=5',
    },
    () => ({
      use_global_settings: flag,
      host: free,
      port: count,
      username: free,
      password: free,
      use_tls: flag,
      use_ssl: flag,
      timeout: count,
      from_address: free,
      token_expiry: time,
      subject: free,
      template: free,
      activate_user_on_success: flag,
      recovery_max_attempts: count,
      recovery_cache_timeout: time,
    }),
  ),
  kind('prompt/stages', 'Prompt Stage', { fields: [], validation_policies: [] }, (state) => ({
    fields: { type: 'refs', required: true, known: () => state.prompts.map((one) => one.pk) },
    validation_policies: { type: 'refs', known: () => state.policies.map((one) => one.pk) },
  })),
  kind(
    'authenticator/validate',
    'Authenticator Validation Stage',
    {
      not_configured_action: 'skip',
      device_classes: DEVICES,
      configuration_stages: [],
      last_auth_threshold: 'seconds=0',
      webauthn_user_verification: 'preferred',
      webauthn_hints: [],
      webauthn_allowed_device_types: [],
      webauthn_allowed_device_types_obj: [],
      email_otp_throttling_factor: 1,
      sms_otp_throttling_factor: 1,
      totp_otp_throttling_factor: 1,
      static_otp_throttling_factor: 1,
    },
    (state) => ({
      not_configured_action: choice('skip', 'deny', 'configure'),
      device_classes: several(...DEVICES),
      configuration_stages: { type: 'refs', known: () => state.stages.map((one) => one.pk) },
      last_auth_threshold: time,
      webauthn_user_verification: choice('required', 'preferred', 'discouraged'),
      webauthn_hints: several('security-key', 'client-device', 'hybrid'),
      webauthn_allowed_device_types: none,
      email_otp_throttling_factor: factor,
      sms_otp_throttling_factor: factor,
      totp_otp_throttling_factor: factor,
      static_otp_throttling_factor: factor,
    }),
  ),
  kind(
    'authenticator/totp',
    'TOTP Authenticator Setup Stage',
    { configure_flow: null, friendly_name: '', digits: '6' },
    (state) => ({
      configure_flow: flow(state),
      friendly_name: free,
      digits: { ...choice('6', '8'), required: true },
    }),
  ),
  kind(
    'authenticator/static',
    'Static Authenticator Setup Stage',
    { configure_flow: null, friendly_name: '', token_count: 6, token_length: 12 },
    (state) => ({ configure_flow: flow(state), friendly_name: free, token_count: count, token_length: count }),
  ),
  kind('deny', 'Deny Stage', { deny_message: '' }, () => ({ deny_message: free })),
  kind('invitation/stages', 'Invitation Stage', { continue_flow_without_invitation: false }, () => ({
    continue_flow_without_invitation: flag,
  })),
  kind('consent', 'Consent Stage', { mode: 'permanent', consent_expire_in: 'weeks=4' }, () => ({
    mode: choice('always_require', 'permanent', 'expiring'),
    consent_expire_in: time,
  })),
  kind('dummy', 'Dummy Stage', { throw_error: false }, () => ({ throw_error: flag })),
];

/** What the default flows hold and the stand-in only lists. */
const LISTED: readonly StageKind[] = [kind('authenticator/webauthn', 'WebAuthn Authenticator Setup Stage')];

export function stageKind(path: string): StageKind {
  const found = [...STAGE_KINDS, ...LISTED].find((one) => one.path === path);
  if (!found) throw new Error(`no kind of stage is called ${path}`);
  return found;
}
