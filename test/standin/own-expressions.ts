import type { Meaning } from './expressions.ts';
import { pendingUser } from './flow/stage.ts';
import { isSuperuser, withParents } from './people.ts';

/** On the stage that makes an account. */
const INVITED_GROUPS = `invitation = request.context.get('invitation')
names = invitation.fixed_data.get('homeauth_groups', []) if invitation else []
if names:
    from authentik.core.models import Group
    def is_of_admins(group):
        known, left = set(), [group]
        while left:
            one = left.pop()
            if one.is_superuser:
                return True
            if one.pk not in known:
                known.add(one.pk)
                left += list(one.parents.all()) if hasattr(one, 'parents') else [one.parent] if one.parent else []
        return False
    found = Group.objects.filter(name__in=names)
    request.context['flow_plan'].context['groups'] = [one for one in found if not is_of_admins(one)]
return True`;

const inviteToGroups: Meaning = ({ call, plan }) => {
  const names = (plan.invitation?.['homeauth_groups'] ?? []) as string[];
  const groups = call.state.groups.filter(
    (one) => names.includes(one.name) && !withParents(call.state, [one]).some(({ is_superuser }) => is_superuser),
  );
  if (names.length > 0) plan.groups = groups.map((one) => one.pk);
  return true;
};

/** In the login, for administrators who have no second factor. */
const ADMIN_WITHOUT = `user = request.context.get("pending_user")
return bool(user and user.is_superuser and not ak_user_has_authenticator(user))`;

const adminWithout: Meaning = (asking) => {
  const { state } = asking.call;
  const user = pendingUser(asking);
  return user !== undefined && isSuperuser(state, user) && !state.devices.some((one) => one.user === user.pk);
};

/** On the forms for a new password, and for a new account. */
const LONG_ENOUGH = `if len(request.context.get('prompt_data', {}).get('password', '')) < 10:
    ak_message('The password needs 10 characters or more.')
    return False
return True`;

const longEnough: Meaning = ({ plan }) =>
  [...String(plan.data['password'] ?? '')].length >= 10 || { message: 'The password needs 10 characters or more.' };

const ALONE = `from authentik.core.models import User
data = request.context.get('prompt_data', {})
if User.objects.filter(username__iexact=data.get('username', '')).exists():
    ak_message('Somebody has this user name already.')
    return False
if User.objects.filter(email__iexact=data.get('email', '')).exists():
    ak_message('Somebody has this e-mail address already.')
    return False
return True`;

const alone: Meaning = ({ call, plan }) => {
  const has = (field: 'username' | 'email') =>
    call.state.users.some((one) => one[field].toLowerCase() === String(plan.data[field] ?? '').toLowerCase());
  if (has('username')) return { message: 'Somebody has this user name already.' };
  return has('email') ? { message: 'Somebody has this e-mail address already.' } : true;
};

/** Around the link for a new password. */
const OLD_LINK = `asked = request.http_request.session.get('authentik/flows/get', {})
return 'flow_token' in asked and not request.context.get('is_restored', False)`;

const oldLink: Meaning = ({ call, plan }) =>
  new URLSearchParams(call.query.get('query') ?? '').has('flow_token') && plan.restored === undefined;

const NO_ADMINISTRATOR = `user = request.context.get('pending_user')
link = request.context.get('is_restored')
sorts = ['static', 'totp', 'webauthn', 'duo', 'sms']
has_one = user and user.pk and any(ak_user_has_authenticator(user, sort) for sort in sorts)
is_printed = link and link.revoke_on_execution
if user and user.pk and user.is_superuser and not has_one and not is_printed:
    from authentik.core.models import User
    request.context['flow_plan'].context['pending_user'] = User(username=user.username, email=user.email)
return True`;

const noAdministrator: Meaning = (asking) => {
  const { call, plan } = asking;
  const { state } = call;
  const user = pendingUser(asking);
  if (!user || !isSuperuser(state, user) || plan.restored?.revokeOnExecution) return true;
  if (!state.devices.some((one) => one.user === user.pk && one.kind !== 'email')) plan.unknown = true;
  return true;
};

const HAS_FACTOR = `user = request.context.get('pending_user')
return bool(user and user.pk and ak_user_has_authenticator(user))`;

const hasFactor: Meaning = (asking) => {
  const user = pendingUser(asking);
  return asking.call.state.devices.some((one) => one.user === user?.pk);
};

/** What homeauth's own expressions mean. */
export const OWN: readonly (readonly [string, Meaning])[] = [
  [INVITED_GROUPS, inviteToGroups],
  [ADMIN_WITHOUT, adminWithout],
  [LONG_ENOUGH, longEnough],
  [ALONE, alone],
  [OLD_LINK, oldLink],
  [NO_ADMINISTRATOR, noAdministrator],
  [HAS_FACTOR, hasFactor],
];
