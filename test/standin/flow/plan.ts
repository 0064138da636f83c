import { bindingsOf } from '../api/show-flow.ts';
import type { Call } from '../http/call.ts';
import type { Flow, Plan, PlanStep } from '../state-flows.ts';
import { type Asking, policiesPass } from './policies.ts';

/** Plans a flow: its stages in their order, without those whose policies say no at this moment. */
export function makePlan(call: Call, flow: Flow, given: Partial<Plan> = {}): Plan {
  const plan: Plan = { flow: flow.slug, steps: [], data: {}, ...given };
  const asking: Asking = { call, plan };
  const steps = bindingsOf(call.state, flow)
    .filter((one) => !one.evaluate_on_plan || policiesPass(asking, one) === true)
    .map((one): PlanStep => ({ stage: one.stage, binding: one.pk }));
  return { ...plan, steps: [...steps, ...(given.steps ?? [])] };
}
