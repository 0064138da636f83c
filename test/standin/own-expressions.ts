import type { Meaning } from './expressions.ts';
import { pendingUser } from './flow/stage.ts';
import { addressOf, outpostOf } from './http/call.ts';
import { trustedPeers } from './http/trust.ts';
import { isSuperuser, withParents } from './people.ts';
import { isLow, reputations } from './reputation.ts';

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

/** In the login, for whoever has an app and no recovery codes. */
const LACKS_CODES = `user = request.context.get("pending_user")
return bool(user and ak_user_has_authenticator(user, "totp") and not ak_user_has_authenticator(user, "static"))`;
const ADMIN_LACKS_CODES = LACKS_CODES.replace('user and ', 'user and user.is_superuser and ');

const lacksCodes: Meaning = (asking) => {
  const user = pendingUser(asking);
  const has = (kind: string) => asking.call.state.devices.some((one) => one.user === user?.pk && one.kind === kind);
  return has('totp') && !has('static');
};

const adminLacksCodes: Meaning = (asking, expression) => {
  const user = pendingUser(asking);
  return user !== undefined && isSuperuser(asking.call.state, user) && lacksCodes(asking, expression);
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

/** At each password, and when somebody has a new one. */
const GUESSES = `plan = request.context.get('flow_plan')
user = request.context.get('pending_user')
is_unproven = not hasattr(user, 'backend')
shared = [ip_network(one) for one in []]
if plan and user and is_unproven:
    from authentik.policies.reputation.models import Reputation
    here = Reputation.objects.filter(identifier=user.username, ip=str(ak_client_ip))
    is_guessed = sum(one.score for one in here) <= -5
    is_guessed = is_guessed or ak_call_policy('homeauth-guesses-by-name').passing
    if not any(ak_client_ip in one for one in shared):
        is_guessed = is_guessed or ak_call_policy('homeauth-guesses-by-address').passing
    if is_guessed:
        from authentik.stages.deny.models import DenyStage
        plan.bindings[0].stage = DenyStage(name='homeauth-guesses', deny_message='Too many wrong passwords. Try again tomorrow, or ask whoever runs this server to let you in.')
return is_unproven`;

const guesses: Meaning = ({ call, plan }, expression) => {
  const { state } = call;
  const isUnproven = plan.authenticated !== true;
  const name = plan.pendingUser;
  const [step] = plan.steps;
  if (!step || name === undefined || !isUnproven) return isUnproven;
  const ip = addressOf(call);
  const here = reputations(call).find((one) => one.identifier === name && one.ip === ip)?.score ?? 0;
  const asks = (policy: string) => {
    const found = state.reputationPolicies.find((one) => one.name === policy);
    return found !== undefined && isLow(call, found, name);
  };
  const shared = trustedPeers([...expression.matchAll(/'([\d.a-f:]+\/\d+)'/g)].map(([, network]) => network!));
  const isGuessed =
    here <= -5 || asks('homeauth-guesses-by-name') || (!shared(ip) && asks('homeauth-guesses-by-address'));
  if (isGuessed) step.denied = /deny_message='([^']*)'/.exec(expression)?.[1] ?? '';
  return true;
};

const FORGIVEN = `from authentik.policies.reputation.models import Reputation
user = request.context.get('pending_user')
if user:
    Reputation.objects.filter(identifier=user.username).delete()
return True`;

const forgiven: Meaning = ({ call, plan }) => {
  call.state.reputations = call.state.reputations.filter((one) => one.identifier !== plan.pendingUser);
  return true;
};

/** At the end of a bind. */
const OUTPOST_ALONE = `return getattr(request.http_request, 'outpost_user', None) is not None`;

const outpostAlone: Meaning = ({ call }) => outpostOf(call) !== undefined;

/** What homeauth's own expressions mean. */
export const OWN: readonly (readonly [string, Meaning])[] = [
  [INVITED_GROUPS, inviteToGroups],
  [ADMIN_WITHOUT, adminWithout],
  [LACKS_CODES, lacksCodes],
  [ADMIN_LACKS_CODES, adminLacksCodes],
  [LONG_ENOUGH, longEnough],
  [ALONE, alone],
  [OLD_LINK, oldLink],
  [NO_ADMINISTRATOR, noAdministrator],
  [HAS_FACTOR, hasFactor],
  [GUESSES, guesses],
  [FORGIVEN, forgiven],
  [OUTPOST_ALONE, outpostAlone],
];
