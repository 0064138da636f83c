import { AVATAR } from '../api/show.ts';
import { checkPassword, randomText } from '../secrets.ts';
import { rotate } from '../sessions.ts';
import type { User } from '../state.ts';
import { invalid, pendingUser, type Stage, type Step } from './stage.ts';

/** Asks who it is. An unknown name goes on to the password as a known one does. */
export const identification: Stage = {
  ask: (step) => {
    const { call, query } = step;
    const provider = call.state.providers.find((one) => one.client_id === query.get('client_id'));
    const application = call.state.applications.find((one) => provider && one.provider === provider.pk);
    return {
      component: 'ak-stage-identification',
      user_fields: ['email', 'username'],
      pending_user_identifier: null,
      password_fields: false,
      allow_show_password: false,
      ...(application ? { application_pre: application.name } : {}),
      flow_designation: 'authentication',
      captcha_stage: null,
      primary_action: 'Log in',
      sources: [],
      show_source_labels: false,
      enable_remember_me: false,
      passkey_challenge: null,
    };
  },
  answer: (step, body) => {
    const given = String(body['uid_field'] ?? '');
    if (!given) return invalid('non_field_errors', 'No identification data provided.');
    step.plan.pendingUser = findUser(step, given)?.username ?? given;
    return undefined;
  },
};

function findUser({ call }: Step, given: string): User | undefined {
  const same = (text: string): boolean => text.toLowerCase() === given.toLowerCase();
  const { users } = call.state;
  return users.find((one) => one.username === given) ?? users.find((one) => same(one.username) || same(one.email));
}

export const password: Stage = {
  ask: ({ plan }) => ({
    component: 'ak-stage-password',
    pending_user: plan.pendingUser ?? '',
    pending_user_avatar: AVATAR,
    allow_show_password: false,
  }),
  answer: (step, body) => {
    const user = pendingUser(step);
    const right = user?.is_active === true && checkPassword(String(body['password'] ?? ''), user.password);
    return right ? undefined : invalid('password', 'Invalid password');
  },
};

/** The second factor's place. Without a device the default flow passes it by. */
export const secondFactor: Stage = { ask: () => 'pass' };

export const login: Stage = {
  ask: (step) => {
    const user = pendingUser(step);
    if (!user) throw new Error('login without a user');
    rotate(step.call);
    const session = step.call.session?.data;
    if (!session) throw new Error('login without a session');
    session.user = user.pk;
    session.csrf = randomText(32);
    user.last_login = new Date().toISOString();
    step.loggedIn = true;
    return 'pass';
  },
};
