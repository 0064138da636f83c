import type { Asking, Verdict } from './flow/policies.ts';
import { originOf } from './http/call.ts';
import { isSuperuser } from './people.ts';
import { makeAdmin } from './seed.ts';

/** The expressions of authentik's own blueprints. */
export const EXPRESSIONS = {
  notYetAuthenticated: `flow_plan = request.context.get("flow_plan")
if not flow_plan:
    return True
# If the user does not have a backend attached to it, they haven't
# been authenticated yet and we need the password stage
return not hasattr(flow_plan.context.get("pending_user"), "backend")
`,
  singleSignOn: `# This policy ensures that this flow can only be used when the user
# is in a SSO Flow (meaning they come from an external IdP)
return ak_is_sso_flow
`,
  setupOpen: `# This policy ensures that the setup flow can only be
# used one time, and only from the page that starts it
return not context["setup"]
`,
  prefillAkadmin: `# This policy sets the user for the currently running flow
# by injecting "pending_user"
akadmin = ak_user_by(username="akadmin")
context["flow_plan"].context["pending_user"] = akadmin
return True
`,
} as const;

/** homeauth's own policy on the stage that makes an account. */
const INVITED_GROUPS = `invitation = request.context.get('invitation')
names = invitation.fixed_data.get('homeauth_groups', []) if invitation else []
if names:
    from authentik.core.models import Group
    request.context['flow_plan'].context['groups'] = list(Group.objects.filter(name__in=names, is_superuser=False))
return True`;

/** homeauth's own policy in the login, for administrators who have no second factor. */
const ADMIN_WITHOUT = `user = request.context.get("pending_user")
return bool(user and user.is_superuser and not ak_user_has_authenticator(user))`;

/** homeauth's own policies on the forms for a new password, and for a new account. */
const LONG_ENOUGH = `if len(request.context.get('prompt_data', {}).get('password', '')) < 10:
    ak_message('The password needs 10 characters or more.')
    return False
return True`;
const ALONE = `from authentik.core.models import User
data = request.context.get('prompt_data', {})
if User.objects.filter(username__iexact=data.get('username', '')).exists():
    ak_message('Somebody has this user name already.')
    return False
if User.objects.filter(email__iexact=data.get('email', '')).exists():
    ak_message('Somebody has this e-mail address already.')
    return False
return True`;

type Meaning = (asking: Asking) => Verdict;

const longEnough: Meaning = ({ plan }) =>
  [...String(plan.data['password'] ?? '')].length >= 10 || { message: 'The password needs 10 characters or more.' };

const alone: Meaning = ({ call, plan }) => {
  const has = (field: 'username' | 'email') =>
    call.state.users.some((one) => one[field].toLowerCase() === String(plan.data[field] ?? '').toLowerCase());
  if (has('username')) return { message: 'Somebody has this user name already.' };
  return has('email') ? { message: 'Somebody has this e-mail address already.' } : true;
};

/** What the expressions mean that the stand-in knows by heart. */
const MEANINGS: readonly (readonly [string, Meaning])[] = [
  ['return True', () => true],
  ['return False', () => false],
  [EXPRESSIONS.notYetAuthenticated, ({ plan }) => plan.authenticated !== true],
  [EXPRESSIONS.singleSignOn, () => false],
  [EXPRESSIONS.setupOpen, setupOpen],
  [
    EXPRESSIONS.prefillAkadmin,
    ({ call, plan }) => {
      plan.pendingUser = makeAdmin(call.state).username;
      return true;
    },
  ],
  [INVITED_GROUPS, inviteToGroups],
  [ADMIN_WITHOUT, adminWithout],

  [LONG_ENOUGH, longEnough],
  [ALONE, alone],
];

function adminWithout({ call: { state }, plan }: Asking): Verdict {
  const user = state.users.find((one) => one.username === plan.pendingUser);
  return user !== undefined && isSuperuser(state, user) && !state.devices.some((one) => one.user === user.pk);
}

/** Lets a new person into the groups that the invitation names, and into none of administrators. */
function inviteToGroups({ call, plan }: Asking): Verdict {
  const names = (plan.invitation?.['homeauth_groups'] ?? []) as string[];
  const groups = call.state.groups.filter((one) => names.includes(one.name) && !one.is_superuser);
  if (names.length > 0) plan.groups = groups.map((one) => one.pk);
  return true;
}

/** Since 2026.5 the setup's plan is made by `/setup`, and without it nobody gets in; before, anybody while akadmin has no password. */
function setupOpen({ call }: Asking): Verdict {
  const { state, site } = call;
  const open = !site.era.setupPage && !state.users.find((one) => one.username === 'akadmin')?.password;
  return open || { message: `Access the authentik setup by navigating to ${originOf(call)}/` };
}

/** `return not bool(request.context.get('is_restored', False))` and its variants. */
const RESTORED = /^return (not )?(bool\()?(request\.)?context\.get\((['"])is_restored\4(?:, (True|False|None))?\)\)?$/;

/** What an expression says, or undefined for one that the stand-in cannot read: it has no Python. */
export function evaluate(expression: string, asking: Asking): Verdict | undefined {
  const text = normal(expression);
  const known = MEANINGS.find(([one]) => normal(one) === text);
  if (known) return known[1](asking);
  const restored = RESTORED.exec(text);
  if (!restored) return undefined;
  const value = asking.plan.restored !== undefined || restored[5] === 'True';
  return restored[1] ? !value : value;
}

/** Without comments and indentation. */
function normal(expression: string): string {
  return expression
    .split('\n')
    .map((line) => line.replace(/^\s*#.*/, '').trim())
    .filter(Boolean)
    .join('\n');
}
