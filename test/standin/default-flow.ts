import { randomUUID } from 'node:crypto';
import { makeBinding } from './api/bindings.ts';
import { newPrompt } from './api/prompts.ts';
import { stageKind } from './api/stage-kinds.ts';
import { DEFAULT_STAGES, type DefaultPolicy, type DefaultStage, FLOW_POLICIES } from './default-stages.ts';
import { FLOWS } from './defaults.ts';
import { makeFlow, makeStageBinding } from './make-flow.ts';
import type { State } from './state.ts';
import type { StoredStage } from './state-flows.ts';

/** Makes a default flow with its stages and policies, where it is missing. */
export function makeDefaultFlow(state: State, wanted: string): void {
  const known = FLOWS.find((one) => one[0] === wanted);
  if (!known || state.flows.some((one) => one.slug === wanted)) return;
  const [slug, name, title, designation, authentication] = known;
  const flow = makeFlow(state, { slug, name, title, designation, authentication });
  const guard = FLOW_POLICIES[slug];
  if (guard) bindPolicy(state, flow.policybindingmodel_ptr_id, guard);
  for (const one of DEFAULT_STAGES[slug] ?? []) {
    const binding = makeStageBinding(state, { target: flow.pk, stage: makeStage(state, one).pk, order: one.order });
    if (one.policy) bindPolicy(state, binding.policybindingmodel_ptr_id, one.policy);
  }
}

/** A stage by its name; flows share some. */
export function makeStage(state: State, { kind, name, config, configure, fields }: DefaultStage): StoredStage {
  const there = state.stages.find((one) => one.name === name);
  if (there) return there;
  // The flow that sets a stage up comes first, as the real one's dependencies bring it.
  if (configure) makeDefaultFlow(state, configure);
  const flow = state.flows.find((one) => one.slug === configure);
  const prompts = (fields ?? []).map((one) => state.prompts.find((other) => other.name === one.name) ?? newPrompt(one));
  state.prompts.push(...prompts.filter((one) => !state.prompts.includes(one)));
  const stage: StoredStage = {
    pk: randomUUID(),
    kind,
    name,
    config: {
      ...stageKind(kind).defaults,
      ...config,
      ...(flow ? { configure_flow: flow.pk } : {}),
      ...(fields ? { fields: prompts.map((one) => one.pk) } : {}),
    },
  };
  state.stages.push(stage);
  return stage;
}

export function bindPolicy(state: State, target: string, { name, expression }: DefaultPolicy): void {
  let policy = state.policies.find((one) => one.name === name);
  if (!policy) {
    policy = { pk: randomUUID(), name, execution_logging: false, expression };
    state.policies.push(policy);
  }
  makeBinding(state, { target, policy: policy.pk });
}
