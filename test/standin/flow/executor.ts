import { type Call, outpostOf } from '../http/call.ts';
import { json, notFound, type Reply, redirect } from '../http/reply.ts';
import { csrfProblem, newSession, sessionOf, withSession } from '../sessions.ts';
import type { Json } from '../state.ts';
import type { Flow } from '../state-flows.ts';
import { challenge, cookies, flowError, frame, refusal } from './answers.ts';
import { makePlan } from './plan.ts';
import { policiesPass } from './policies.ts';
import { type Denial, isDenial, type Stage, type Step } from './stage.ts';
import { OWN, STAGES } from './stages.ts';
import { restore } from './tokens.ts';

/** `/api/v3/flows/executor/<slug>/`: GET shows the stage, POST answers it, 302 says that it was taken. */
export function execute(call: Call, slug: string): Reply {
  const flow = call.state.flows.find((one) => one.slug === slug);
  if (!flow) return notFound(call.method);
  call.session = sessionOf(call) ?? newSession(call);
  if (call.method === 'POST' && call.session.data.user !== null && csrfProblem(call)) {
    return frame(withSession(call, flowError(), true), true);
  }
  const step = begin(call, flow);
  const denial = unplanned(step);
  if (denial) return frame(withSession(call, challenge(step, refusal(step, denial))), false);
  const reply = call.method === 'POST' ? post(step) : get(step);
  return frame(cookies(step, reply), true);
}

/** A link's plan or one of the same flow goes on where it was. */
function begin(call: Call, flow: Flow): Step {
  const query = new URLSearchParams(call.query.get('query') ?? '');
  const session = call.session?.data;
  if (!session) throw new Error('the executor needs a session');
  restore(call, flow, query.get('flow_token'));
  const plan = session.plan?.flow === flow.slug ? session.plan : { flow: flow.slug, steps: [], data: {} };
  return { call, plan, flow, query, name: '', config: {} };
}

/** Makes the plan where there is none yet, unless the flow is not for this person. */
function unplanned(step: Step): Denial | undefined {
  const { call, flow } = step;
  const session = call.session?.data;
  if (!session || session.plan?.flow === flow.slug) return undefined;
  if (!appliesTo(step)) return { deny: 'Flow does not apply to current user.' };
  const verdict = policiesPass(step, flow);
  if (verdict !== true) return { deny: verdict === false ? 'Flow does not apply to current user.' : verdict.message };
  session.plan = makePlan(call, flow);
  step.plan = session.plan;
  return undefined;
}

function appliesTo({ call, flow }: Step): boolean {
  const signedIn = call.session?.data.user != null;
  if (flow.authentication === 'require_outpost') return outpostOf(call) !== undefined;
  if (flow.authentication === 'none') return true;
  if (flow.authentication === 'require_authenticated') return signedIn;
  return flow.authentication === 'require_unauthenticated' && !signedIn;
}

/** The stage that is asked now; those that their policies take out of the plan go on the way. */
function current(step: Step): Stage | undefined {
  const { plan, call } = step;
  const { stages, stageBindings } = call.state;
  for (;;) {
    const [first] = plan.steps;
    if (!first) return undefined;
    if (first.own) return OWN[first.own];
    const binding = stageBindings.find((one) => one.pk === first.binding);
    const stays = !binding?.re_evaluate_policies || policiesPass(step, binding) === true;
    const stored = stages.find((one) => one.pk === first.stage);
    // After its policies: one of them may have put a refusal in its place.
    if (stays && first.denied !== undefined) {
      step.config = { deny_message: first.denied };
      return STAGES['deny'];
    }
    if (stored && stays) {
      step.name = stored.name;
      step.config = stored.config;
      return STAGES[stored.kind] ?? unknown(stored.kind);
    }
    plan.steps.shift();
  }
}

function unknown(kind: string): never {
  throw new Error(`the stand-in cannot run stages of the kind ${kind}`);
}

function get(step: Step): Reply {
  for (;;) {
    const stage = current(step);
    if (!stage) return done(step);
    const asked = stage.ask(step);
    if (isDenial(asked)) return denied(step, asked);
    if (typeof asked === 'object') return challenge(step, asked);
    const reply = next(step);
    if (asked === 'pass') return reply;
  }
}

function post(step: Step): Reply {
  const stage = current(step);
  if (!stage?.answer) return get(step);
  const problem = stage.answer(step, bodyOf(step.call));
  if (problem === undefined) return next(step);
  if (isDenial(problem)) return denied(step, problem);
  const asked = stage.ask(step);
  return typeof asked === 'object' && !isDenial(asked) ? challenge(step, asked, problem) : flowError();
}

/** On to the next stage, or to where the flow ends. */
function next(step: Step): Reply {
  step.plan.steps.shift();
  return step.plan.steps.length > 0 ? redirect(step.call.target) : done(step);
}

/** Refused by a stage: over, or from the start where the binding says so. */
function denied(step: Step, denial: Denial): Reply {
  const { call, plan } = step;
  const binding = call.state.stageBindings.find((one) => one.pk === plan.steps[0]?.binding);
  if (call.session) delete call.session.data.plan;
  if (binding && binding.invalid_response_action !== 'retry') return redirect(call.target);
  return challenge(step, refusal(step, denial));
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
  const wanted = step.query.get('next');
  // Only an address on this host: an absolute one would be an open redirect.
  const home = wanted && /^\/(?!\/)/.test(wanted) ? wanted : '/';
  if (step.call.session) delete step.call.session.data.plan;
  return json(200, { component: 'xak-flow-redirect', to: step.to ?? home });
}
