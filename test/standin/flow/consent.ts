import { randomUUID } from 'node:crypto';
import { AVATAR } from '../api/show.ts';
import { grantCode, readAuthorize } from '../oauth.ts';
import { currentUser, invalid, type Stage, type Step } from './stage.ts';

function wanted(step: Step): { application: { pk: string; name: string }; scopes: string[] } {
  const request = readAuthorize(step.call.state, new URLSearchParams(step.plan.authorize ?? ''));
  if ('problem' in request) throw new Error(request.problem);
  return request;
}

/** Asks once for each application and remembers the answer. */
export const consent: Stage = {
  ask: (step) => {
    const { state } = step.call;
    const { application, scopes } = wanted(step);
    const user = currentUser(step);
    if (state.consents.some((one) => one.user === user?.pk && one.application === application.pk)) return 'skip';
    step.plan.consentToken = randomUUID();
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
      token: step.plan.consentToken,
    };
  },
  answer: (step, body) => {
    if (body['token'] !== step.plan.consentToken) return invalid('token', 'Invalid consent token, re-showing prompt');
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
