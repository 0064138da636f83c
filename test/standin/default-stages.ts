import { EXPRESSIONS } from './expressions.ts';
import type { Json } from './state.ts';
import type { Prompt } from './state-flows.ts';

type Field = Pick<Prompt, 'name' | 'field_key' | 'label' | 'type'> & Partial<Prompt>;

export interface DefaultPolicy {
  name: string;
  expression: string;
}

/** The policies that guard whole flows. */
export const FLOW_POLICIES: Readonly<Record<string, DefaultPolicy>> = {
  'default-source-authentication': {
    name: 'default-source-authentication-if-sso',
    expression: EXPRESSIONS.singleSignOn,
  },
  'default-source-enrollment': { name: 'default-source-enrollment-if-sso', expression: EXPRESSIONS.singleSignOn },
  'initial-setup': { name: 'default-oobe-password-usable', expression: EXPRESSIONS.setupOpen },
};

/** A stage of a default flow: its order, kind and name, and what differs from authentik's standard. */
export interface DefaultStage {
  order: number;
  kind: string;
  name: string;
  config?: Json;
  /** The slug of the flow that sets this stage up for a person. */
  configure?: string;
  fields?: readonly Field[];
  policy?: DefaultPolicy;
}

const field = (name: string, field_key: string, label: string, type: string, order: number, more: object = {}) => ({
  name,
  field_key,
  label,
  type,
  placeholder: label,
  order,
  ...more,
});

/** What a setting shows at first: the person's own value, in the bundled blueprint's words. */
const own = (attribute: string): Partial<Prompt> => ({
  initial_value: `try:\n    return user.${attribute}\nexcept:\n    return ''\n`,
  initial_value_expression: true,
});

const HEADER = 'Welcome to authentik! Please set a password and email address for the default admin user, akadmin.';
const PASSWORD_BACKENDS = [
  'authentik.core.auth.InbuiltBackend',
  'authentik.sources.kerberos.auth.KerberosBackend',
  'authentik.sources.ldap.auth.LDAPBackend',
  'authentik.core.auth.TokenBackend',
];
const PASSWORD_WRITE: DefaultStage = {
  order: 1,
  kind: 'user_write',
  name: 'default-password-change-write',
  config: { user_creation_mode: 'never_create' },
};
const LOGIN: DefaultStage = { order: 100, kind: 'user_login', name: 'default-authentication-login' };

/** The stages of the default flows by slug, under their real names. */
export const DEFAULT_STAGES: Readonly<Record<string, readonly DefaultStage[]>> = {
  'default-authentication-flow': [
    {
      order: 10,
      kind: 'identification',
      name: 'default-authentication-identification',
      config: { user_fields: ['email', 'username'] },
    },
    {
      order: 20,
      kind: 'password',
      name: 'default-authentication-password',
      config: { backends: PASSWORD_BACKENDS },
      configure: 'default-password-change',
      policy: { name: 'default-authentication-flow-password-stage', expression: EXPRESSIONS.notYetAuthenticated },
    },
    { order: 30, kind: 'authenticator/validate', name: 'default-authentication-mfa-validation' },
    LOGIN,
  ],
  'default-invalidation-flow': [{ order: 0, kind: 'user_logout', name: 'default-invalidation-logout' }],
  'default-provider-authorization-explicit-consent': [
    { order: 0, kind: 'consent', name: 'default-provider-authorization-consent' },
  ],
  'default-user-settings-flow': [
    {
      order: 20,
      kind: 'prompt/stages',
      name: 'default-user-settings',
      fields: [
        field('default-user-settings-field-username', 'username', 'Username', 'text', 200, own('username')),
        field('default-user-settings-field-name', 'name', 'Name', 'text', 201, own('name')),
        field('default-user-settings-field-email', 'email', 'Email', 'email', 202, own('email')),
      ],
    },
    {
      order: 100,
      kind: 'user_write',
      name: 'default-user-settings-write',
      config: { user_creation_mode: 'never_create' },
    },
  ],
  'default-password-change': [
    {
      order: 0,
      kind: 'prompt/stages',
      name: 'default-password-change-prompt',
      fields: [
        field('default-password-change-field-password', 'password', 'Password', 'password', 300),
        field('default-password-change-field-password-repeat', 'password_repeat', 'Password (repeat)', 'password', 301),
      ],
    },
    PASSWORD_WRITE,
  ],
  'default-authenticator-totp-setup': [
    {
      order: 0,
      kind: 'authenticator/totp',
      name: 'default-authenticator-totp-setup',
      config: { friendly_name: 'TOTP Device' },
      configure: 'default-authenticator-totp-setup',
    },
  ],
  'default-authenticator-static-setup': [
    {
      order: 0,
      kind: 'authenticator/static',
      name: 'default-authenticator-static-setup',
      config: { friendly_name: 'Static tokens' },
      configure: 'default-authenticator-static-setup',
    },
  ],
  'default-authenticator-webauthn-setup': [
    { order: 0, kind: 'authenticator/webauthn', name: 'default-authenticator-webauthn-setup' },
  ],
  'default-source-authentication': [{ order: 0, kind: 'user_login', name: 'default-source-authentication-login' }],
  'default-source-enrollment': [
    {
      order: 0,
      kind: 'prompt/stages',
      name: 'default-source-enrollment-prompt',
      fields: [field('default-source-enrollment-field-username', 'username', 'Username', 'text', 100)],
    },
    { order: 1, kind: 'user_write', name: 'default-source-enrollment-write' },
    { order: 2, kind: 'user_login', name: 'default-source-enrollment-login' },
  ],
  'initial-setup': [
    {
      order: 10,
      kind: 'prompt/stages',
      name: 'stage-default-oobe-password',
      fields: [
        field('initial-setup-field-header', 'oobe-header-text', 'oobe-header-text', 'static', 100, {
          placeholder: '',
          initial_value: HEADER,
        }),
        field('initial-setup-field-email', 'email', 'Email', 'email', 101, { placeholder: 'Admin email' }),
        field('initial-setup-field-password', 'password', 'Password', 'password', 300),
        field('initial-setup-field-password-repeat', 'password_repeat', 'Password (repeat)', 'password', 301),
      ],
    },
    {
      ...PASSWORD_WRITE,
      order: 20,
      policy: { name: 'default-oobe-prefill-user', expression: EXPRESSIONS.prefillAkadmin },
    },
    LOGIN,
  ],
};
