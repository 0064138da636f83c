import type { Config } from '../config/config.ts';
import { type Era, isOlder } from '../model/release.ts';
import type { Id, Resource } from '../model/resource.ts';
import { type FlowPlan, flowStages, passwordFields, passwordPolicy } from './flow.ts';
import { forgiven } from './guesses.ts';

/** The flow for a new password. authentik's own example has another slug, and stays as it is. */
export const recoveryFlow = 'homeauth-recovery';

/** Sorts of second factors that are asked for here. Whoever has another sort alone gets no new password. */
const factors = ['static', 'totp', 'webauthn', 'duo', 'sms'];

/** A link that was used up is unknown to authentik, which would show the first page without a word. */
const oldLink = `asked = request.http_request.session.get('authentik/flows/get', {})
return 'flow_token' in asked and not request.context.get('is_restored', False)`;

/**
 * Whoever reads the mail of an administrator without a second factor would be an administrator: to them the page
 * answers as to an unknown name, and a link that was mailed all the same opens nothing. One that was printed is
 * handed over by somebody who may do everything already. A code by mail is no second factor beside a mail.
 */
const noAdministrator = `user = request.context.get('pending_user')
link = request.context.get('is_restored')
sorts = [${factors.map((sort) => `'${sort}'`).join(', ')}]
has_one = user and user.pk and any(ak_user_has_authenticator(user, sort) for sort in sorts)
is_printed = link and link.revoke_on_execution
if user and user.pk and user.is_superuser and not has_one and not is_printed:
    from authentik.core.models import User
    request.context['flow_plan'].context['pending_user'] = User(username=user.username, email=user.email)
return True`;

const hasFactor = `user = request.context.get('pending_user')
return bool(user and user.pk and ak_user_has_authenticator(user))`;

/**
 * Who asks names themselves, and is answered alike whether there is such a person or not. A link from the mail leads
 * past that question for the one person it was made for: without that policy it would open anybody's account. Without
 * a link nobody gets to the form. Whoever has a second factor needs it here, too, and one that is not asked for here
 * keeps them out. A switched-off account stays switched off. It ends at the login, and what holds there.
 */
const flow = (era: Era, guardsAdministrators: boolean): FlowPlan => ({
  slug: recoveryFlow,
  fields: {
    name: 'homeauth: new password',
    title: 'Set a new password',
    designation: 'recovery',
    authentication: 'require_unauthenticated',
  },
  prompts: passwordFields(0),
  policies: {
    'old-link': oldLink,
    'skip-if-restored': "return not bool(request.context.get('is_restored', False))",
    ...(guardsAdministrators && { 'no-administrator': noAdministrator }),
    'has-second-factor': hasFactor,
    'by-link': "return bool(request.context.get('is_restored', False))",
    'password-length': passwordPolicy,
    forgiven,
  },
  steps: [
    {
      order: 5,
      sort: 'deny',
      name: 'old-link',
      fields: { deny_message: 'This link was used already, or is too old. Ask for a new one.' },
      policies: ['old-link'],
    },
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
      ...(guardsAdministrators && { policies: ['no-administrator'], isGuard: true as const }),
    },
    {
      order: 30,
      sort: 'authenticator/validate',
      name: 'second-factor',
      fields: {
        not_configured_action: 'deny',
        device_classes: isOlder(era.line, '2025.2') ? factors : [...factors, 'email'],
      },
      policies: ['has-second-factor'],
      isGuard: true,
    },
    {
      order: 40,
      sort: 'prompt/stages',
      name: 'prompt',
      fields: {
        fields: [`${recoveryFlow}-password`, `${recoveryFlow}-password-repeat`],
        validation_policies: [`${recoveryFlow}-password-length`],
      },
      policies: ['by-link'],
    },
    {
      order: 50,
      sort: 'user_write',
      name: 'write',
      fields: { user_creation_mode: 'never_create' },
      policies: ['forgiven'],
      isGuard: true,
    },
  ],
});

/** The flow, then the places where authentik has to be told of it. Without mail nobody is offered to be sent one. */
export function recovery({ policies, mail, authHost }: Config, era: Era, inside: Id): Resource[][] {
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
  return [...flowStages(flow(era, policies.secondFactor !== 'off'), inside), told];
}
