import { randomUUID } from 'node:crypto';
import type { State } from './state.ts';
import type { Flow, StageBinding } from './state-flows.ts';

export function makeFlow(state: State, given: Pick<Flow, 'name' | 'slug' | 'title' | 'designation'> & Partial<Flow>) {
  const flow: Flow = {
    pk: randomUUID(),
    policybindingmodel_ptr_id: randomUUID(),
    background: '',
    policy_engine_mode: 'any',
    compatibility_mode: false,
    layout: 'stacked',
    denied_action: 'message_continue',
    authentication: 'none',
    ...given,
  };
  state.flows.push(flow);
  return flow;
}

export function makeStageBinding(
  state: State,
  given: Pick<StageBinding, 'target' | 'stage' | 'order'> & Partial<StageBinding>,
): StageBinding {
  const binding: StageBinding = {
    pk: randomUUID(),
    policybindingmodel_ptr_id: randomUUID(),
    evaluate_on_plan: false,
    re_evaluate_policies: true,
    policy_engine_mode: 'any',
    invalid_response_action: 'retry',
    ...given,
  };
  state.stageBindings.push(binding);
  return binding;
}

/** Removes stage bindings and the policies bound to them. */
export function removeStageBindings(state: State, gone: (binding: StageBinding) => boolean): void {
  const targets = state.stageBindings.filter(gone).flatMap((one) => [one.pk, one.policybindingmodel_ptr_id]);
  state.stageBindings = state.stageBindings.filter((one) => !gone(one));
  state.bindings = state.bindings.filter((one) => !targets.includes(one.target));
}
