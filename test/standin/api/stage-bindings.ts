import type { Call } from '../http/call.ts';
import { refuse } from '../http/reply.ts';
import { makeStageBinding, removeStageBindings } from '../make-flow.ts';
import type { State } from '../state.ts';
import type { StageBinding, StoredStage } from '../state-flows.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { by, columns } from './paging.ts';
import { stageBare, stageBrief } from './show-flow.ts';
import { viewSet } from './view-set.ts';

type Show = (state: State, stage: StoredStage) => object;

function showBinding(state: State, binding: StageBinding, show: Show): unknown {
  const { pk, policybindingmodel_ptr_id, target, stage, ...rest } = binding;
  const held = state.stages.find((one) => one.pk === stage);
  return { pk, policybindingmodel_ptr_id, target, stage, stage_obj: held ? show(state, held) : null, ...rest };
}

const fieldsFor = (state: State): Fields => ({
  target: { type: 'ref', required: true, known: () => state.flows.map((one) => one.pk) },
  stage: { type: 'ref', required: true, known: () => state.stages.map((one) => one.pk) },
  evaluate_on_plan: { type: 'bool' },
  re_evaluate_policies: { type: 'bool' },
  order: { type: 'int', required: true },
  policy_engine_mode: { type: 'text', choices: ['any', 'all'] },
  invalid_response_action: { type: 'text', choices: ['retry', 'restart', 'restart_with_context'] },
});

function read(call: Call, partial: boolean, self?: StageBinding): Partial<StageBinding> {
  const { state } = call;
  const input = readFields<StageBinding>(bodyOf(call), fieldsFor(state), partial);
  const meant = { ...self, ...input };
  const twin = state.stageBindings.some(
    (one) => one !== self && one.target === meant.target && one.stage === meant.stage && one.order === meant.order,
  );
  if (twin) refuse(400, { non_field_errors: ['The fields target, stage, order must make a unique set.'] });
  return input;
}

export const stageBindingRoutes = viewSet<StageBinding>({
  path: '/flows/bindings/',
  model: 'FlowStageBinding',
  rows: ({ state }) => state.stageBindings,
  // Where the stage was sent, it comes back without what a list shows of it.
  show: (call, one) => showBinding(call.state, one, 'stage' in bodyOf(call) ? stageBare : stageBrief),
  filters: {
    ...by('uuid', 'target', 'stage', 'pk'),
    ...by('int', 'order'),
    ...by('bool', 'evaluate_on_plan', 're_evaluate_policies'),
    ...by('exact', 'policy_engine_mode', 'invalid_response_action'),
  },
  order: columns('order', 'pk'),
  read,
  make: ({ state }, { target = '', stage = '', order = 0, ...rest }) =>
    makeStageBinding(state, { target, stage, order, ...rest }),
  remove: ({ state }, binding) => removeStageBindings(state, (one) => one === binding),
});
