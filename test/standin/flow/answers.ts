import { randomUUID } from 'node:crypto';
import { AVATAR } from '../api/show.ts';
import { json, type Reply } from '../http/reply.ts';
import { clientCalled } from '../oauth/clients.ts';
import { signJwt } from '../secrets.ts';
import { addCookie, dropSessionCookie, sameSite, withSession } from '../sessions.ts';
import type { Json } from '../state.ts';
import type { Denial, Errors, Step } from './stage.ts';

const NOBODY = '/static/dist/assets/images/user_default.png';

/** The page that ends a flow with a refusal. */
export const refusal = ({ plan }: Step, { deny }: Denial): Json => ({
  component: 'ak-stage-access-denied',
  pending_user: plan.pendingUser ?? '',
  pending_user_avatar: plan.pendingUser === undefined ? NOBODY : AVATAR,
  error_message: deny,
});

/** A stage as the executor shows it, with what was wrong with the last answer. */
export function challenge(step: Step, { component, ...rest }: Json, errors?: Errors): Reply {
  const next = step.query.get('next');
  const { state } = step.call;
  const asked = new URLSearchParams(step.plan.authorize ?? '').get('client_id');
  const application =
    clientCalled(state, asked)?.application ?? state.applications.find((one) => one.slug === step.plan.application);
  return json(200, {
    flow_info: {
      title: step.flow.title.replace('%(app)s', application?.name ?? ''),
      background: '/static/dist/assets/images/flow_background.jpg',
      background_themed_urls: null,
      cancel_url: next ? `/flows/-/cancel/?next=${encodeURIComponent(next)}` : '/flows/-/cancel/',
      layout: step.flow.layout,
    },
    component,
    ...(errors ? { response_errors: errors } : {}),
    ...rest,
  });
}

export const flowError = (): Reply =>
  json(200, { component: 'ak-stage-flow-error', request_id: randomUUID().replaceAll('-', '') });

export function cookies(step: Step, reply: Reply): Reply {
  const { call } = step;
  if (step.loggedOut) return dropSessionCookie(call, reply);
  if (!step.loggedIn) return withSession(call, reply);
  const user = call.state.users.find((one) => one.pk === call.session?.data.user);
  const device = signJwt({ sub: user?.uid, exp: Date.now() / 1000 + 2_592_000 }, call.site.secretKey);
  const csrf = `authentik_csrf=${call.session?.data.csrf}; Max-Age=31449600; Path=/; SameSite=Lax`;
  const withDevice = addCookie(reply, `authentik_device=${device}; Max-Age=2592000; Path=/; SameSite=Lax`);
  return withSession(call, addCookie(withDevice, sameSite(call).includes('Secure') ? `${csrf}; Secure` : csrf));
}

export function frame(reply: Reply, allowed: boolean): Reply {
  const allow: Record<string, string> = allowed ? { allow: 'GET, POST, HEAD, OPTIONS' } : {};
  return { ...reply, headers: { ...allow, 'x-frame-options': 'SAMEORIGIN', ...reply.headers } };
}
