import type { Config } from '../config/config.ts';
import type { Id, Resource } from '../model/resource.ts';
import { type FlowPlan, flowStages, passwordFields, passwordPolicy } from './flow.ts';

/** The flow that an invitation opens. It ends at the login, and what holds there. */
export const invitationFlow = 'homeauth-invitation';
/** Where an invitation says which groups it lets into. Not a field of a user, so it is written to nobody. */
export const invitedTo = 'homeauth_groups';

/**
 * An invitation's own data cannot name groups, so a policy reads them where nobody but the API can write, and hands
 * them to the stage that makes the account. Groups of administrators are left out, and those that were put below one
 * since: a link is too easily passed on. Before 2025.12 a group has one parent.
 */
const groups = `invitation = request.context.get('invitation')
names = invitation.fixed_data.get('${invitedTo}', []) if invitation else []
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

/** authentik takes "Alice" beside "alice", and one address for two people; neither can then log in reliably. */
const alone = `from authentik.core.models import User
data = request.context.get('prompt_data', {})
if User.objects.filter(username__iexact=data.get('username', '')).exists():
    ak_message('Somebody has this user name already.')
    return False
if User.objects.filter(email__iexact=data.get('email', '')).exists():
    ak_message('Somebody has this e-mail address already.')
    return False
return True`;

const flow: FlowPlan = {
  slug: invitationFlow,
  fields: {
    name: 'homeauth: invitation',
    title: 'Make your account',
    designation: 'enrollment',
    authentication: 'require_unauthenticated',
  },
  prompts: {
    username: {
      field_key: 'username',
      label: 'User name',
      type: 'username',
      required: true,
      placeholder: '',
      order: 0,
    },
    name: { field_key: 'name', label: 'Your name', type: 'text', required: true, placeholder: '', order: 1 },
    email: { field_key: 'email', label: 'E-mail', type: 'email', required: true, placeholder: '', order: 2 },
    ...passwordFields(3),
  },
  policies: { groups, alone, 'password-length': passwordPolicy },
  steps: [
    {
      order: 10,
      sort: 'invitation/stages',
      name: 'invitation',
      fields: { continue_flow_without_invitation: false },
    },
    {
      order: 20,
      sort: 'prompt/stages',
      name: 'prompt',
      fields: {
        fields: ['username', 'name', 'email', 'password', 'password-repeat'].map((name) => `${invitationFlow}-${name}`),
        validation_policies: ['alone', 'password-length'].map((name) => `${invitationFlow}-${name}`),
      },
    },
    {
      order: 30,
      sort: 'user_write',
      name: 'write',
      fields: { user_creation_mode: 'always_create', user_type: 'internal', create_users_as_inactive: false },
      policies: ['groups'],
    },
  ],
};

export const invitations = ({ policies }: Config, inside: Id): Resource[][] =>
  policies.invitations ? flowStages(flow, inside) : [];
