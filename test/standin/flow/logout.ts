import { AVATAR } from '../api/show.ts';
import { clientsOf } from '../oauth/clients.ts';
import { endSession } from '../sessions.ts';
import { currentUser, type Stage } from './stage.ts';

export const logout: Stage = {
  ask: (step) => {
    const { session, state } = step.call;
    if (session) endSession(state, session.id);
    delete step.call.session;
    step.loggedOut = true;
    return 'pass';
  },
};

/** Signed out of one application; the session with authentik itself stays. */
export const sessionEnd: Stage = {
  ask: (step) => {
    const { state } = step.call;
    const application = state.applications.find((one) => one.slug === step.plan.application);
    const provider = clientsOf(state).find((one) => one.pk === application?.provider);
    const host = provider && 'external_host' in provider ? provider.external_host : '';
    return {
      component: 'ak-stage-session-end',
      pending_user: currentUser(step)?.username ?? '',
      pending_user_avatar: AVATAR,
      application_name: application?.name ?? '',
      application_launch_url: application?.meta_launch_url || host,
      invalidation_flow_url: '/if/flow/default-invalidation-flow/',
      brand_name: 'authentik',
    };
  },
};
