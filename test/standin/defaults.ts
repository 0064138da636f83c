/** The default flows: slug, name, title, designation, authentication. */
export const FLOWS: readonly (readonly [string, string, string, string, string])[] = [
  ['default-authentication-flow', 'Welcome to authentik!', 'Welcome to authentik!', 'authentication', 'none'],
  ['default-invalidation-flow', 'Logout', 'Default Invalidation Flow', 'invalidation', 'none'],
  [
    'default-provider-authorization-explicit-consent',
    'Authorize Application',
    'Redirecting to %(app)s',
    'authorization',
    'require_authenticated',
  ],
  [
    'default-provider-authorization-implicit-consent',
    'Authorize Application',
    'Redirecting to %(app)s',
    'authorization',
    'require_authenticated',
  ],
  [
    'default-provider-invalidation-flow',
    'Logged out of application',
    "You've logged out of %(app)s.",
    'invalidation',
    'none',
  ],
  ['default-user-settings-flow', 'User settings', 'Update your info', 'stage_configuration', 'require_authenticated'],
  ['default-password-change', 'Change Password', 'Change password', 'stage_configuration', 'require_authenticated'],
  [
    'default-authenticator-totp-setup',
    'default-authenticator-totp-setup',
    'Set up Two-Factor authentication',
    'stage_configuration',
    'require_authenticated',
  ],
  [
    'default-authenticator-static-setup',
    'default-authenticator-static-setup',
    'Setup Static OTP Tokens',
    'stage_configuration',
    'require_authenticated',
  ],
  [
    'default-authenticator-webauthn-setup',
    'default-authenticator-webauthn-setup',
    'Setup WebAuthn',
    'stage_configuration',
    'require_authenticated',
  ],
  [
    'default-source-authentication',
    'Welcome to authentik!',
    'Welcome to authentik!',
    'authentication',
    'require_unauthenticated',
  ],
  [
    'default-source-enrollment',
    'Welcome to authentik! Please select a username.',
    'Welcome to authentik! Please select a username.',
    'enrollment',
    'none',
  ],
  ['default-source-pre-authentication', 'Pre-Authentication', 'Pre-authentication', 'stage_configuration', 'none'],
  ['initial-setup', 'default-oobe-setup', 'Welcome to authentik!', 'stage_configuration', 'none'],
];

/** The default scope mappings: managed name, name, scope, description, expression. */
export const MAPPINGS: readonly (readonly [string, string, string, string, string])[] = [
  [
    'goauthentik.io/providers/proxy/scope-proxy',
    'authentik default OAuth Mapping: Proxy outpost',
    'ak_proxy',
    'authentik Proxy - User information',
    '# This mapping is used by the authentik proxy. It passes extra user attributes,\n# which are used for example for the HTTP-Basic Authentication mapping.\nreturn {\n    "ak_proxy": {\n        "user_attributes": request.user.group_attributes(request),\n        "is_superuser": request.user.is_superuser,\n    }\n}',
  ],
  [
    'goauthentik.io/providers/oauth2/scope-email',
    "authentik default OAuth Mapping: OpenID 'email'",
    'email',
    'Email address',
    'return {\n    "email": request.user.email,\n    "email_verified": False\n}',
  ],
  [
    'goauthentik.io/providers/oauth2/scope-entitlements',
    'authentik default OAuth Mapping: Application Entitlements',
    'entitlements',
    'Application entitlements',
    'entitlements = [entitlement.name for entitlement in request.user.app_entitlements(provider.application)]\nreturn {\n    "entitlements": entitlements,\n    "roles": entitlements,\n}',
  ],
  [
    'goauthentik.io/providers/oauth2/scope-authentik_api',
    'authentik default OAuth Mapping: authentik API access',
    'goauthentik.io/api',
    'authentik API Access on behalf of your user',
    '# This scope grants the application the ability to access the authentik API\n# on behalf of the authorizing user\nreturn {}',
  ],
  [
    'goauthentik.io/providers/oauth2/scope-offline_access',
    "authentik default OAuth Mapping: OpenID 'offline_access'",
    'offline_access',
    'Access to request new tokens without interaction',
    '# This scope grants the application a refresh token that can be used to refresh user data\n# and let the application access authentik without the users interaction\nreturn {}',
  ],
  [
    'goauthentik.io/providers/oauth2/scope-openid',
    "authentik default OAuth Mapping: OpenID 'openid'",
    'openid',
    '',
    '# This scope is required by the OpenID-spec, and must as such exist in authentik.\n# The scope by itself does not grant any information\nreturn {}',
  ],
  [
    'goauthentik.io/providers/oauth2/scope-profile',
    "authentik default OAuth Mapping: OpenID 'profile'",
    'profile',
    'General Profile Information',
    'return {\n    # Because authentik only saves the user\'s full name, and has no concept of first and last names,\n    # the full name is used as given name.\n    # You can override this behaviour in custom mappings, i.e. `request.user.name.split(" ")`\n    "name": request.user.name,\n    "given_name": request.user.name,\n    "preferred_username": request.user.username,\n    "nickname": request.user.username,\n    "groups": [group.name for group in request.user.groups.all()],\n}',
  ],
];

/** Makes the flow for the logout from one application. */
export const PROVIDER_INVALIDATION = 'default/flow-default-provider-invalidation.yaml';

/** The bundled blueprints in the order in which the worker gets through them: path, name, labels. */
export const BLUEPRINTS: readonly (readonly [string, string, Record<string, string>])[] = [
  ['default/events-default.yaml', 'Default - Events Transport & Rules', {}],
  [PROVIDER_INVALIDATION, 'Default - Provider invalidation flow', {}],
  ['system/providers-proxy.yaml', 'System - Proxy Provider - Scopes', { 'blueprints.goauthentik.io/system': 'true' }],
  ['system/providers-scim.yaml', 'System - SCIM Provider - Mappings', { 'blueprints.goauthentik.io/system': 'true' }],
  ['default/flow-default-authenticator-totp-setup.yaml', 'Default - TOTP MFA setup flow', {}],
  [
    'default/flow-default-provider-authorization-explicit-consent.yaml',
    'Default - Provider authorization flow (explicit consent)',
    {},
  ],
  ['default/rbac-role-read-only.yaml', 'Default - RBAC - Read-only', {}],
  ['default/flow-default-authenticator-static-setup.yaml', 'Default - Static MFA setup flow', {}],
  ['default/flow-default-authenticator-webauthn-setup.yaml', 'Default - WebAuthn MFA setup flow', {}],
  [
    'migrations/migrate-prompt-name.yaml',
    'Migration - Remove old prompt fields',
    { 'blueprints.goauthentik.io/description': 'Migrate to 2023.2, remove unused prompt fields' },
  ],
  ['default/flow-default-source-authentication.yaml', 'Default - Source authentication flow', {}],
  ['default/flow-password-change.yaml', 'Default - Password change flow', {}],
  ['default/flow-default-authentication-flow.yaml', 'Default - Authentication flow', {}],
  [
    'system/sources-kerberos.yaml',
    'System - Kerberos Source - Mappings',
    { 'blueprints.goauthentik.io/system': 'true' },
  ],
  ['default/flow-default-source-enrollment.yaml', 'Default - Source enrollment flow', {}],
  ['default/flow-default-user-settings-flow.yaml', 'Default - User settings flow', {}],
  [
    'default/flow-oobe.yaml',
    'Default - Out-of-box-experience flow',
    { 'blueprints.goauthentik.io/system': 'true', 'blueprints.goauthentik.io/system-oobe': 'true' },
  ],
  ['default/flow-default-invalidation-flow.yaml', 'Default - Invalidation flow', {}],
  ['default/default-brand.yaml', 'Default - Brand', {}],
  ['system/providers-rac.yaml', 'System - RAC Provider - Mappings', { 'blueprints.goauthentik.io/system': 'true' }],
  ['system/providers-saml.yaml', 'System - SAML Provider - Mappings', { 'blueprints.goauthentik.io/system': 'true' }],
  ['system/sources-ldap.yaml', 'System - LDAP Source - Mappings', { 'blueprints.goauthentik.io/system': 'true' }],
  [
    'default/flow-default-provider-authorization-implicit-consent.yaml',
    'Default - Provider authorization flow (implicit consent)',
    {},
  ],
  ['default/flow-default-source-pre-authentication.yaml', 'Default - Source pre-authentication flow', {}],
  ['system/providers-oauth2.yaml', 'System - OAuth2 Provider - Scopes', { 'blueprints.goauthentik.io/system': 'true' }],
  [
    'system/providers-google-workspace.yaml',
    'System - Google Workspace Provider - Mappings',
    { 'blueprints.goauthentik.io/system': 'true' },
  ],
  [
    'system/providers-microsoft-entra.yaml',
    'System - Microsoft Entra Provider - Mappings',
    { 'blueprints.goauthentik.io/system': 'true' },
  ],
  [
    'system/bootstrap.yaml',
    'authentik Bootstrap',
    {
      'blueprints.goauthentik.io/system': 'true',
      'blueprints.goauthentik.io/description': 'Configures the default admin user and group.',
      'blueprints.goauthentik.io/system-bootstrap': 'true',
    },
  ],
];
