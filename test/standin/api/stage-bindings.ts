import type { Call } from '../http/call.ts';
import { json, noContent, refuse } from '../http/reply.ts';
import { makeStageBinding, removeStageBindings } from '../make-flow.ts';
import type { State } from '../state.ts';
import type { StageBinding, StoredStage } from '../state-flows.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { stageBare, stageBrief } from './show-flow.ts';

type Show = (state: State, stage: StoredStage) => object;

function showBinding(state: State, binding: StageBinding, show: Show = stageBrief): unknown {
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

const named = (call: Call): StageBinding => byPk(call, call.state.stageBindings, 'FlowStageBinding');

const change =
  (partial: boolean): Handler =>
  (call) => {
    const binding = named(call);
    const input = read(call, partial, binding);
    Object.assign(binding, input);
    return json(200, showBinding(call.state, binding, input.stage ? stageBare : stageBrief));
  };

export const stageBindingRoutes: readonly Route[] = [
  route('/flows/bindings/', {
    GET: (call) =>
      list(call, {
        rows: call.state.stageBindings,
        show: (one) => showBinding(call.state, one),
        filters: {
          target: { kind: 'uuid', of: (one) => one.target },
          stage: { kind: 'uuid', of: (one) => one.stage },
          pk: { kind: 'uuid', of: (one) => one.pk },
          order: { kind: 'int', of: (one) => one.order },
          evaluate_on_plan: { kind: 'bool', of: (one) => one.evaluate_on_plan },
          re_evaluate_policies: { kind: 'bool', of: (one) => one.re_evaluate_policies },
          policy_engine_mode: { kind: 'exact', of: (one) => one.policy_engine_mode },
          invalid_response_action: { kind: 'exact', of: (one) => one.invalid_response_action },
        },
        order: { order: (one) => one.order, pk: (one) => one.pk },
      }),
    POST: (call) => {
      const { target = '', stage = '', order = 0, ...rest } = read(call, false);
      const binding = makeStageBinding(call.state, { target, stage, order, ...rest });
      return json(201, showBinding(call.state, binding, stageBare));
    },
  }),
  route('/flows/bindings/:pk/', {
    GET: (call) => json(200, showBinding(call.state, named(call))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: (call) => {
      const binding = named(call);
      removeStageBindings(call.state, (one) => one === binding);
      return noContent();
    },
  }),
];
