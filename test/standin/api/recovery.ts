import { queueLink } from '../flow/mail.ts';
import { makePlan } from '../flow/plan.ts';
import { confirmed, makeToken } from '../flow/tokens.ts';
import { type Call, originOf } from '../http/call.ts';
import { crashNow, json, noContent, refuse } from '../http/reply.ts';
import type { User } from '../state.ts';
import { duration, seconds } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { type Route, route } from './router.ts';

const DURATION: Fields = { token_duration: { type: 'text', blank: true } };

/** A person has one such link: a second one has the same address, a new end and a new plan. */
function makeLink(call: Call, user: User, given: string | undefined, mailed: boolean): { link: string; lasts: number } {
  const { state, site } = call;
  const flow = state.flows.find((one) => one.pk === state.brands[0]?.flow_recovery);
  if (!flow) refuse(400, { non_field_errors: 'No recovery flow set.' });
  const wanted = given || String(state.settings['default_token_duration']);
  // authentik reads it without a check.
  if (duration(wanted)) crashNow(call.method);
  const lasts = 1000 * seconds(wanted);
  // The plan is a stranger's: the session of who asks for the link has no part in it.
  const { session: _session, ...stranger } = call;
  const plan = makePlan(stranger, flow, { pendingUser: user.username });
  const token = makeToken(state, {
    identifier: `${user.uid}-password-reset`,
    user: user.pk,
    flow: flow.pk,
    plan: mailed ? confirmed(plan) : plan,
    revokeOnExecution: !mailed,
    expires: site.now() + lasts,
  });
  return { link: `${originOf(call)}/if/flow/${flow.slug}/?flow_token=${token.key}`, lasts };
}

export const recoveryRoutes: readonly Route[] = [
  route('/core/users/:pk/recovery/', {
    POST: (call) => {
      const user = byPk(call, call.state.users, 'User');
      const { token_duration } = readFields<{ token_duration: string }>(bodyOf(call), DURATION, false);
      return json(200, { link: makeLink(call, user, token_duration, false).link });
    },
  }),
  route('/core/users/:pk/recovery_email/', {
    // Accepted whether or not the worker will get rid of it.
    POST: (call) => {
      const { state } = call;
      const user = byPk(call, state.users, 'User');
      const stages = state.stages.filter((one) => one.kind === 'email');
      const fields: Fields = {
        ...DURATION,
        email_stage: { type: 'ref', required: true, known: () => stages.map((one) => one.pk) },
      };
      const input = readFields<{ token_duration: string; email_stage: string }>(bodyOf(call), fields, false);
      if (user.email === '') refuse(400, { non_field_errors: 'User does not have an email address set.' });
      const { link, lasts } = makeLink(call, user, input.token_duration, true);
      const stage = stages.find((one) => one.pk === input.email_stage);
      queueLink(state, user, stage?.config ?? {}, link, lasts);
      return noContent();
    },
  }),
];
