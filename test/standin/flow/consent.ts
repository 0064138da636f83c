import { randomUUID } from 'node:crypto';
import { AVATAR } from '../api/show.ts';
import { grantCode, readAuthorize } from '../oauth/authorize.ts';
import type { Json } from '../state.ts';
import { currentUser, type Errors, invalid, missingField, type Stage, type Step } from './stage.ts';
import { dropToken } from './tokens.ts';

function wanted(step: Step): { application: { pk: string; name: string }; scopes: string[] } {
  const { state, site } = step.call;
  const request = readAuthorize(state, new URLSearchParams(step.plan.authorize ?? ''), site.era.grantTypes);
  if (!('client' in request)) throw new Error('a consent without a request');
  return request;
}

/** Asks once for each application and remembers the answer. */
export const consent: Stage = {
  ask: (step) => {
    const { state } = step.call;
    const { application, scopes } = wanted(step);
    const user = currentUser(step);
    if (state.consents.some((one) => one.user === user?.pk && one.application === application.pk)) return 'skip';
    const token = newToken(step);
    const permissions = [...scopes]
      .sort()
      .map((id) => ({ name: state.mappings.find((one) => one.scope_name === id)?.description ?? '', id }));
    return {
      component: 'ak-stage-consent',
      pending_user: user?.username ?? '',
      pending_user_avatar: AVATAR,
      header_text: `You're about to sign into ${application.name}.`,
      permissions,
      additional_permissions: [],
      token,
    };
  },
  answer: (step, body) => {
    const problem = wrongToken(step, body);
    if (problem) return problem;
    const user = currentUser(step);
    if (user) step.call.state.consents.push({ user: user.pk, application: wanted(step).application.pk });
    return undefined;
  },
};

/** Sends the person back with a code. */
export const grant: Stage = {
  ask: (step) => {
    step.to = grantCode(step.call, new URLSearchParams(step.plan.authorize ?? ''));
    return 'pass';
  },
};

/** Asks whoever opens a mailed link to confirm, which uses the link up. */
export const confirmMail: Stage = {
  ask: (step) => {
    const { call, plan } = step;
    if (!call.state.flowTokens.some((one) => one.key === plan.restored?.key)) return { deny: '' };
    const token = newToken(step);
    return {
      component: 'ak-stage-consent',
      pending_user: plan.pendingUser ?? '',
      pending_user_avatar: AVATAR,
      header_text: 'Continue to confirm this email address.',
      permissions: [],
      additional_permissions: [],
      token,
    };
  },
  answer: (step, body) => {
    const problem = wrongToken(step, body);
    if (!problem) dropToken(step.call.state, step.plan.restored?.key);
    return problem;
  },
};

/** The session remembers what was asked: a mailed link's plan is taken anew with every request. */
function newToken({ call }: Step): string {
  const token = randomUUID();
  if (call.session) call.session.data.consentToken = token;
  return token;
}

function wrongToken({ call }: Step, body: Json): Errors | undefined {
  const { token } = body;
  if (token === undefined) return missingField('token');
  return token !== null && token === call.session?.data.consentToken
    ? undefined
    : invalid('token', 'Invalid consent token, re-showing prompt');
}
