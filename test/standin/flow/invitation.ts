import type { Invitation } from '../state-flows.ts';
import type { Stage, Step } from './stage.ts';

/** The invitation that `itoken` names, unless it is over or meant for another flow. */
function invited({ call, query, flow }: Step): Invitation | undefined {
  const { state, site } = call;
  const found = state.invitations.find((one) => one.pk === query.get('itoken'));
  if (!found || (found.expires !== null && Date.parse(found.expires) <= site.now())) return undefined;
  return found.flow === null || found.flow === flow.pk ? found : undefined;
}

/** Fills in what the invitation fixes, and uses it up where it is meant for one person. */
export const invitation: Stage = {
  ask: (step) => {
    const { call, config, plan } = step;
    const found = invited(step);
    if (!found) {
      if (config['continue_flow_without_invitation'] === true) return 'pass';
      return { deny: 'Invalid invite/invite not found' };
    }
    Object.assign(plan.data, found.fixed_data);
    plan.invitation = found.fixed_data;
    if (found.single_use) call.state.invitations = call.state.invitations.filter((one) => one !== found);
    return 'pass';
  },
};
