import { seconds } from '../api/checks.ts';
import { originOf } from '../http/call.ts';
import { randomText } from '../secrets.ts';
import type { User } from '../state.ts';
import { queueLink } from './mail.ts';
import { invalid, pendingUser, type Stage, type Step } from './stage.ts';
import { confirmed, makeToken } from './tokens.ts';

/** Sends a link that leads back here. Nobody learns whether there is such a person. */
export const email: Stage = {
  ask: (step) => {
    const { plan, config } = step;
    const user = pendingUser(step);
    if (plan.restored !== undefined) {
      if (plan.restored.user !== user?.pk) return { deny: '' };
      if (user && config['activate_user_on_success'] === true) user.is_active = true;
      return 'pass';
    }
    if (plan.pendingUser === undefined && !user) return { deny: '' };
    if (!plan.mailed && user) send(step, user);
    plan.mailed = true;
    return { component: 'ak-stage-email' };
  },
  // Always invalid: the page stays, and the mail goes out again.
  answer: (step) => {
    const user = pendingUser(step);
    if (user) send(step, user);
    return invalid('non_field_errors', 'email-sent', 'email-sent');
  },
};

function send(step: Step, user: User): void {
  const { call, plan, flow, config, query, name } = step;
  const { state, site } = call;
  const window = seconds(String(config['recovery_cache_timeout'])) * 1000;
  const prefix = `ak-email-stage-${name}-${user.pk}-`;
  const recent = state.mailed.filter((one) => one.what === prefix && one.at > site.now() - window);
  if (recent.length >= Number(config['recovery_max_attempts']) || user.email === '') return;
  state.mailed = [...state.mailed.filter((one) => one.at > site.now() - window), { what: prefix, at: site.now() }];
  // One minute more, as what is left is rounded down.
  const lifetime = seconds(String(config['token_expiry'])) * 1000 + 60_000;
  const token = makeToken(state, {
    identifier: `${prefix}${randomText(12)}`,
    user: user.pk,
    flow: flow.pk,
    plan: confirmed({ ...plan, mailed: true }),
    revokeOnExecution: false,
    expires: site.now() + lifetime,
  });
  const search = new URLSearchParams(query);
  search.delete('flow_token');
  search.set('flow_token', token.key);
  queueLink(state, user, config, `${originOf(call)}/if/flow/${flow.slug}/?${search}`, lifetime);
}
