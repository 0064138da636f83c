import type { Config } from '../config/schema.ts';
import type { Id, Resource } from '../model/resource.ts';
import { type FlowPlan, flowStages, passwordFields, passwordPolicy } from './flow.ts';

/** The flow for a new password. authentik's own example has another slug, and stays as it is. */
export const recoveryFlow = 'homeauth-recovery';

/**
 * Who asks names themselves, and is answered alike whether there is such a person or not. A link from the mail leads
 * past that question for the one person it was made for: without that policy it would open anybody's account. Whoever
 * has a second factor needs it here, too. A switched-off account stays switched off.
 */
const flow: FlowPlan = {
  slug: recoveryFlow,
  fields: {
    name: 'homeauth: new password',
    title: 'Set a new password',
    designation: 'recovery',
    authentication: 'require_unauthenticated',
  },
  prompts: passwordFields(0),
  policies: {
    'skip-if-restored': "return not bool(request.context.get('is_restored', False))",
    'password-length': passwordPolicy,
  },
  steps: [
    {
      order: 10,
      sort: 'identification',
      name: 'identification',
      fields: { user_fields: ['email', 'username'], case_insensitive_matching: true, pretend_user_exists: true },
      policies: ['skip-if-restored'],
    },
    {
      order: 20,
      sort: 'email',
      name: 'email',
      fields: {
        use_global_settings: true,
        subject: 'Set a new password',
        template: 'email/password_reset.html',
        activate_user_on_success: false,
      },
    },
    {
      order: 30,
      sort: 'authenticator/validate',
      name: 'second-factor',
      fields: { not_configured_action: 'skip', device_classes: ['static', 'totp', 'webauthn'] },
    },
    {
      order: 40,
      sort: 'prompt/stages',
      name: 'prompt',
      fields: {
        fields: [`${recoveryFlow}-password`, `${recoveryFlow}-password-repeat`],
        validation_policies: [`${recoveryFlow}-password-length`],
      },
    },
    { order: 50, sort: 'user_write', name: 'write', fields: { user_creation_mode: 'never_create' } },
    { order: 100, sort: 'user_login', name: 'login', fields: {} },
  ],
};

/** The flow, then the places where authentik has to be told of it. Without mail nobody is offered to be sent one. */
export function recovery({ policies, mail, authHost }: Config, inside: Id): Resource[][] {
  if (!policies.recovery) return [];
  const told: Resource[] = [
    { kind: 'brand', key: authHost, spec: { fields: { flow_recovery: recoveryFlow } }, inside },
    ...(mail
      ? [
          {
            kind: 'stage-settings' as const,
            key: 'identification/default-authentication-identification',
            spec: { fields: { recovery_flow: recoveryFlow } },
            inside,
          },
        ]
      : []),
  ];
  return [...flowStages(flow, inside), told];
}
