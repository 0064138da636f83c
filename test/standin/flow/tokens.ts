import type { Call } from '../http/call.ts';
import { randomText } from '../secrets.ts';
import type { State } from '../state.ts';
import type { Flow, FlowToken, Plan } from '../state-flows.ts';

/** A link into a flow. One with the same identifier keeps its key and gets the new plan, as one link per person does. */
export function makeToken(state: State, given: Omit<FlowToken, 'key'>): FlowToken {
  const there = state.flowTokens.find((one) => one.identifier === given.identifier);
  const token: FlowToken = Object.assign(there ?? { key: randomText(60) }, structuredClone(given));
  if (!there) state.flowTokens.push(token);
  return token;
}

/** The plan of a mailed link: first somebody has to confirm, so that a link scanner uses nothing up. */
export const confirmed = (plan: Plan): Plan => ({
  ...structuredClone(plan),
  steps: [{ own: 'confirm-mail' }, ...structuredClone(plan.steps)],
});

/** Goes on with the plan of the link in the query. A wrong or used-up one changes nothing. */
export function restore(call: Call, flow: Flow, key: string | null): void {
  const { state, site, session } = call;
  const token = state.flowTokens.find((one) => one.key === key && one.flow === flow.pk && one.expires > site.now());
  if (!token || !session) return;
  session.data.plan = {
    ...structuredClone(token.plan),
    restored: { key: token.key, user: token.user, revokeOnExecution: token.revokeOnExecution },
  };
  if (token.revokeOnExecution) dropToken(state, token.key);
}

export function dropToken(state: State, key: string | undefined): void {
  state.flowTokens = state.flowTokens.filter((one) => one.key !== key);
}
