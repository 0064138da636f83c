import { makeUser } from '../make.ts';
import { hashPassword } from '../secrets.ts';
import type { Json, User } from '../state.ts';
import { type Denial, pendingUser, type Stage, type Step } from './stage.ts';

/** Writes what the prompts were answered to the person, or makes one. */
export const userWrite: Stage = {
  ask: (step) => {
    if (Object.keys(step.plan.data).length === 0) return { deny: 'No Pending data.' };
    const user = ensureUser(step);
    if ('deny' in user) return user;
    write(step, user);
    return 'pass';
  },
};

function ensureUser(step: Step): User | Denial {
  const { config, plan, call } = step;
  const mode = config['user_creation_mode'];
  const there = mode === 'always_create' ? undefined : pendingUser(step);
  if (there) return there;
  if (mode === 'never_create') return { deny: "No user found and can't create new user." };
  const { state } = call;
  const username = String(plan.data['username'] ?? '');
  if (username === '') return { deny: '' };
  if (state.users.some((one) => one.username === username))
    return { deny: 'Failed to update user. Please try again later.' };
  const user = makeUser(state, {
    username,
    name: '',
    is_active: config['create_users_as_inactive'] !== true,
    path: String(config['user_path_template'] || 'users'),
    type: String(config['user_type']).replace('internal_service_account', 'service_account'),
  });
  plan.authenticated = true;
  return user;
}

const PLAIN = ['username', 'name', 'email', 'is_active', 'path', 'type'];

function write({ plan, config, call }: Step, user: User): void {
  for (const [key, value] of Object.entries(plan.data)) {
    const [, nested] = /^attributes[._](.+)$/.exec(key) ?? [];
    if (key === 'password') {
      user.password = hashPassword(String(value));
      user.password_change_date = new Date().toISOString();
    } else if (key === 'attributes') Object.assign(user.attributes, value);
    else if (nested) user.attributes[nested] = value;
    else if (PLAIN.includes(key)) Object.assign(user as unknown as Json, { [key]: value });
  }
  user.last_updated = new Date().toISOString();
  plan.pendingUser = user.username;
  const groups = [config['create_users_group'], ...((plan.groups ?? []) as unknown[])];
  for (const group of call.state.groups)
    if (groups.includes(group.pk) && !group.users.includes(user.pk)) group.users.push(user.pk);
}
