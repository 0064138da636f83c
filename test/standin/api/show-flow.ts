import type { State } from '../state.ts';
import type { Flow, StageBinding, StoredStage } from '../state-flows.ts';
import { stageKind } from './stage-kinds.ts';

/** A flow inside another object. */
const flowBrief = (flow: Flow): object => ({
  pk: flow.pk,
  policybindingmodel_ptr_id: flow.policybindingmodel_ptr_id,
  name: flow.name,
  slug: flow.slug,
  title: flow.title,
  designation: flow.designation,
  background_url: '/static/dist/assets/images/flow_background.jpg',
  policy_engine_mode: flow.policy_engine_mode,
  compatibility_mode: flow.compatibility_mode,
  export_url: `/api/v3/flows/instances/${flow.slug}/export/`,
  layout: flow.layout,
  denied_action: flow.denied_action,
});

export const showFlow = (state: State, flow: Flow): object => ({
  ...flowBrief(flow),
  background: flow.background,
  background_themed_urls: null,
  stages: bindingsOf(state, flow).map((one) => one.stage),
  policies: state.bindings
    .filter((one) => one.target === flow.policybindingmodel_ptr_id && one.policy !== null)
    .map((one) => one.policy),
  cache_count: 0,
  authentication: flow.authentication,
});

/** A flow's stage bindings in their order. */
export const bindingsOf = (state: State, flow: Flow): StageBinding[] =>
  state.stageBindings.filter((one) => one.target === flow.pk).sort((a, b) => a.order - b.order);

/** What every kind of stage shows, and all that other objects show of it. */
export function stageBrief(state: State, stage: StoredStage): object {
  const { app, verbose } = stageKind(stage.kind);
  return {
    ...common(state, stage),
    component: `ak-stage-${app.replaceAll('_', '-')}-form`,
    verbose_name: verbose,
    verbose_name_plural: `${verbose}s`,
    meta_model_name: `authentik_stages_${app}.${app.replaceAll('_', '')}stage`,
  };
}

/** A stage as the answer to a new binding shows it: the bare parent model under a wrong name, as recorded. */
export const stageBare = (state: State, stage: StoredStage): object => ({
  ...common(state, stage),
  component: '',
  verbose_name: 'authentik.flows.stage.SessionEndStage',
  verbose_name_plural: 'stages',
  meta_model_name: 'authentik_flows.stage',
});

const common = (state: State, { pk, name }: StoredStage): object => ({
  pk,
  name,
  flow_set: state.flows
    .filter((flow) => state.stageBindings.some((one) => one.target === flow.pk && one.stage === pk))
    .map(flowBrief),
});
