import { randomUUID } from 'node:crypto';
import { type Call, originOf } from '../http/call.ts';
import { json, notFound, type Reply, redirect } from '../http/reply.ts';
import { signJwt } from '../secrets.ts';
import {
  addCookie,
  csrfProblem,
  dropSessionCookie,
  newSession,
  sameSite,
  sessionOf,
  withSession,
} from '../sessions.ts';
import type { Json } from '../state.ts';
import type { Flow } from '../state-flows.ts';
import { PROGRAMS } from './programs.ts';
import type { Errors, Stage, Step } from './stage.ts';

/** `/api/v3/flows/executor/<slug>/`: GET shows the stage, POST answers it, 302 says that it was taken. */
export function execute(call: Call, slug: string): Reply {
  const flow = call.state.flows.find((one) => one.slug === slug);
  if (!flow) return notFound(call.method);
  call.session = sessionOf(call) ?? newSession(call);
  if (call.method === 'POST' && call.session.data.user !== null && csrfProblem(call)) {
    return frame(withSession(call, flowError(), true), true);
  }
  const step = stepOf(call, flow);
  const refusal = denied(step);
  if (refusal) return frame(withSession(call, challenge(step, refusal)), false);
  const stages = PROGRAMS[slug];
  if (!stages) return frame(withSession(call, flowError()), true);
  const reply = call.method === 'POST' ? post(step, stages) : get(step, stages);
  return frame(cookies(step, reply), true);
}

/** A plan of the same flow goes on where it was; any other one starts anew. */
function stepOf(call: Call, flow: Flow): Step {
  const query = new URLSearchParams(call.query.get('query') ?? '');
  const session = call.session?.data;
  if (!session) throw new Error('the executor needs a session');
  if (session.plan?.flow !== flow.slug) session.plan = { flow: flow.slug, stage: 0 };
  return { call, plan: session.plan, flow, query };
}

function denied({ call, flow }: Step): Json | undefined {
  const refuse = (error_message: string): Json => ({
    component: 'ak-stage-access-denied',
    pending_user: '',
    pending_user_avatar: '/static/dist/assets/images/user_default.png',
    error_message,
  });
  const session = call.session?.data;
  if (flow.slug === 'initial-setup' && !setupOpen(call))
    return refuse(`Access the authentik setup by navigating to ${originOf(call)}/`);
  if (flow.authentication === 'require_authenticated' && session?.user === null)
    return refuse('Flow does not apply to current user.');
  return undefined;
}

/** Since 2026.5 only who came by way of `/setup`; before, anybody as long as akadmin has no password. */
function setupOpen({ state, session, site }: Call): boolean {
  if (session?.data.plan?.flow === 'initial-setup' && session.data.plan.stage > 0) return true;
  if (site.era.setupPage) return !state.setup && session?.data.setupStarted === true;
  return !state.users.find((one) => one.username === 'akadmin')?.password;
}

function get(step: Step, stages: readonly Stage[]): Reply {
  for (;;) {
    const stage = stages[step.plan.stage];
    if (!stage) return done(step);
    const asked = stage.ask(step);
    if (typeof asked === 'object') return challenge(step, asked);
    step.plan.stage++;
    if (asked === 'skip') continue;
    return stages[step.plan.stage] ? redirect(step.call.target) : done(step);
  }
}

function post(step: Step, stages: readonly Stage[]): Reply {
  const stage = stages[step.plan.stage];
  if (!stage?.answer) return get(step, stages);
  const errors = stage.answer(step, bodyOf(step.call));
  if (!errors) {
    step.plan.stage++;
    return redirect(step.call.target);
  }
  const asked = stage.ask(step);
  return typeof asked === 'object' ? challenge(step, asked, errors) : flowError();
}

function bodyOf(call: Call): Json {
  try {
    const value: unknown = JSON.parse(call.raw.toString());
    return value !== null && typeof value === 'object' ? (value as Json) : {};
  } catch {
    return {};
  }
}

function done(step: Step): Reply {
  const next = step.query.get('next');
  // Only an address on this host: an absolute one would be an open redirect.
  const home = next && /^\/(?!\/)/.test(next) ? next : '/';
  if (step.call.session) delete step.call.session.data.plan;
  return json(200, { component: 'xak-flow-redirect', to: step.to ?? home });
}

function challenge(step: Step, { component, ...rest }: Json, errors?: Errors): Reply {
  const next = step.query.get('next');
  const { state } = step.call;
  const asked = new URLSearchParams(step.plan.authorize ?? '').get('client_id');
  const provider = state.providers.find((one) => one.client_id === asked);
  const application = state.applications.find(
    (one) => one.slug === step.plan.application || (provider && one.provider === provider.pk),
  );
  return json(200, {
    flow_info: {
      title: step.flow.title.replace('%(app)s', application?.name ?? ''),
      background: '/static/dist/assets/images/flow_background.jpg',
      background_themed_urls: null,
      cancel_url: next ? `/flows/-/cancel/?next=${encodeURIComponent(next)}` : '/flows/-/cancel/',
      layout: 'stacked',
    },
    component,
    ...(errors ? { response_errors: errors } : {}),
    ...rest,
  });
}

const flowError = (): Reply =>
  json(200, { component: 'ak-stage-flow-error', request_id: randomUUID().replaceAll('-', '') });

function cookies(step: Step, reply: Reply): Reply {
  const { call } = step;
  if (step.loggedOut) return dropSessionCookie(call, reply);
  if (!step.loggedIn) return withSession(call, reply);
  const user = call.state.users.find((one) => one.pk === call.session?.data.user);
  const device = signJwt({ sub: user?.uid, exp: Date.now() / 1000 + 2_592_000 }, call.site.secretKey);
  const csrf = `authentik_csrf=${call.session?.data.csrf}; Max-Age=31449600; Path=/; SameSite=Lax`;
  const withDevice = addCookie(reply, `authentik_device=${device}; Max-Age=2592000; Path=/; SameSite=Lax`);
  return withSession(call, addCookie(withDevice, sameSite(call).includes('Secure') ? `${csrf}; Secure` : csrf));
}

function frame(reply: Reply, allowed: boolean): Reply {
  const allow: Record<string, string> = allowed ? { allow: 'GET, POST, HEAD, OPTIONS' } : {};
  return { ...reply, headers: { ...allow, 'x-frame-options': 'SAMEORIGIN', ...reply.headers } };
}
