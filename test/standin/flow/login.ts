import { AVATAR } from '../api/show.ts';
import { originOf } from '../http/call.ts';
import { clientCalled } from '../oauth/clients.ts';
import { count } from '../reputation.ts';
import { checkPassword, randomText } from '../secrets.ts';
import { endSessionsOf, rotate } from '../sessions.ts';
import type { User } from '../state.ts';
import { invalid, missingField, pendingUser, type Stage, type Step } from './stage.ts';

/** The address of a flow that a stage leads to. */
function flowUrl({ call, query }: Step, pk: unknown): string | undefined {
  const slug = call.state.flows.find((one) => one.pk === pk)?.slug;
  const search = query.toString();
  return slug && `/if/flow/${slug}/${search ? `?${search}` : ''}`;
}

/** Asks who it is. An unknown name goes on as a known one does, unless the stage says otherwise. */
export const identification: Stage = {
  ask: (step) => {
    const { call, query, config, flow } = step;
    if (config['password_stage']) throw new Error('the stand-in asks for name and password one after the other only');
    const application = clientCalled(call.state, query.get('client_id'))?.application;
    const recovery = flowUrl(step, config['recovery_flow']);
    const enrolment = flowUrl(step, config['enrollment_flow']);
    return {
      component: 'ak-stage-identification',
      user_fields: config['user_fields'],
      pending_user_identifier: null,
      password_fields: false,
      allow_show_password: false,
      ...(application ? { application_pre: application.name } : {}),
      flow_designation: flow.designation,
      captcha_stage: null,
      ...(enrolment ? { enroll_url: enrolment } : {}),
      ...(recovery ? { recovery_url: recovery } : {}),
      primary_action: flow.designation === 'authentication' ? 'Log in' : 'Continue',
      sources: [],
      show_source_labels: config['show_source_labels'],
      enable_remember_me: config['enable_remember_me'],
      passkey_challenge: null,
    };
  },
  answer: (step, body) => {
    const given = String(body['uid_field'] ?? '');
    if (!given) return invalid('non_field_errors', 'No identification data provided.');
    const user = findUser(step, given);
    if (!user) count(step.call, given, -1);
    if (!user && step.config['pretend_user_exists'] === false)
      return invalid('non_field_errors', 'Failed to authenticate.');
    step.plan.pendingUser = user?.username ?? given;
    return undefined;
  },
};

function findUser({ call, config }: Step, given: string): User | undefined {
  const fields = config['user_fields'] as string[];
  const loose = config['case_insensitive_matching'] !== false;
  const fits = (text: string): boolean => text === given || (loose && text.toLowerCase() === given.toLowerCase());
  const { users } = call.state;
  return (
    users.find((one) => fields.includes('username') && one.username === given) ??
    users.find(
      (one) =>
        (fields.includes('username') && fits(one.username)) ||
        (fields.includes('email') && one.email !== '' && fits(one.email)),
    )
  );
}

export const password: Stage = {
  ask: (step) => {
    const { call, plan, config } = step;
    const slug = call.state.flows.find((one) => one.pk === call.state.brands[0]?.flow_recovery)?.slug;
    return {
      component: 'ak-stage-password',
      pending_user: plan.pendingUser ?? '',
      pending_user_avatar: AVATAR,
      ...(slug ? { recovery_url: `${originOf(call)}/if/flow/${slug}/` } : {}),
      allow_show_password: config['allow_show_password'],
    };
  },
  answer: (step, body) => {
    if (body['password'] === undefined) return missingField('password');
    if (step.plan.pendingUser === undefined) return { deny: '' };
    const user = pendingUser(step);
    const given = String(body['password']);
    const right = user?.is_active === true && (checkPassword(given, user.password) || isAppPassword(step, user, given));
    if (!right) {
      count(step.call, step.plan.pendingUser, -1);
      return invalid('password', 'Invalid password');
    }
    step.plan.authenticated = true;
    return undefined;
  },
};

/** A stage that takes app passwords takes them beside the password. */
function isAppPassword({ call, config }: Step, user: User, given: string): boolean {
  const backends = (config['backends'] ?? []) as string[];
  return (
    backends.includes('authentik.core.auth.TokenBackend') &&
    call.state.tokens.some((one) => one.intent === 'app_password' && one.user === user.pk && one.key === given)
  );
}

export const login: Stage = {
  ask: (step) => {
    const user = pendingUser(step);
    if (!user) return { deny: 'No user and authentication backend could be found.' };
    if (!user.is_active) return { deny: '' };
    const { call } = step;
    if (step.config['terminate_other_sessions'] === true) endSessionsOf(call.state, user);
    rotate(call);
    const session = call.session?.data;
    if (!session) throw new Error('login without a session');
    Object.assign(session, { user: user.pk, csrf: randomText(32), lastUsed: Date.now() });
    user.last_login = new Date().toISOString();
    count(call, user.username, 1);
    step.loggedIn = true;
    return 'pass';
  },
};
