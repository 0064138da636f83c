import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { json, noContent, refuse } from '../http/reply.ts';
import { removeStageBindings } from '../make-flow.ts';
import type { Json, State } from '../state.ts';
import type { StoredStage } from '../state-flows.ts';
import { unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { stageBrief } from './show-flow.ts';
import { STAGE_KINDS, type StageKind } from './stage-kinds.ts';

/** Passwords are taken and never shown. */
function showStage(state: State, stage: StoredStage): unknown {
  const { password: _password, ...config } = stage.config;
  return { ...stageBrief(state, stage), ...config };
}

const modelOf = ({ verbose }: StageKind): string => verbose.replaceAll(' ', '').replace('Setup', '');

const rowsOf = (state: State, { path }: StageKind): StoredStage[] => state.stages.filter((one) => one.kind === path);

function read(call: Call, kind: StageKind, partial: boolean, self?: StoredStage): Partial<StoredStage> {
  const { state } = call;
  const fields: Fields = {
    name: {
      type: 'text',
      required: true,
      check: unique(
        () => state.stages.filter((one) => one !== self).map((one) => one.name),
        'stage with this name already exists.',
      ),
    },
    ...kind.fields(state),
  };
  const { name, ...config } = readFields<Json & { name: string }>(bodyOf(call), fields, partial);
  // Only what this request sends is counted, so a PATCH has to send the user fields again.
  const nobody = (['user_fields', 'sources'] as const).every((one) => ((config[one] ?? []) as unknown[]).length === 0);
  if (kind.path === 'identification' && nobody)
    refuse(400, { non_field_errors: ['When no user fields are selected, at least one source must be selected'] });
  return { ...(name === undefined ? {} : { name }), config };
}

const one = (call: Call, kind: StageKind): StoredStage => byPk(call, rowsOf(call.state, kind), modelOf(kind));

const change =
  (kind: StageKind, partial: boolean): Handler =>
  (call) => {
    const stage = one(call, kind);
    const { name = stage.name, config } = read(call, kind, partial, stage);
    Object.assign(stage, { name, config: { ...stage.config, ...config } });
    return json(200, showStage(call.state, stage));
  };

const remove =
  (stages: (call: Call) => StoredStage): Handler =>
  (call) => {
    const { state } = call;
    const stage = stages(call);
    state.stages = state.stages.filter((other) => other !== stage);
    removeStageBindings(state, (binding) => binding.stage === stage.pk);
    return noContent();
  };

const kindRoutes = (kind: StageKind): Route[] => [
  route(`/stages/${kind.path}/`, {
    GET: (call) =>
      list(call, {
        rows: rowsOf(call.state, kind),
        show: (stage) => showStage(call.state, stage),
        search: (stage) => [stage.name],
        filters: {
          name: { kind: 'exact', of: (stage) => stage.name },
          stage_uuid: { kind: 'uuid', of: (stage) => stage.pk },
        },
        order: { name: (stage) => stage.name },
      }),
    POST: (call) => {
      const { name = '', config } = read(call, kind, false);
      const stage = { pk: randomUUID(), kind: kind.path, name, config: { ...kind.defaults, ...config } };
      call.state.stages.push(stage);
      return json(201, showStage(call.state, stage));
    },
  }),
  route(`/stages/${kind.path}/:pk/`, {
    GET: (call) => json(200, showStage(call.state, one(call, kind))),
    PUT: change(kind, false),
    PATCH: change(kind, true),
    DELETE: remove((call) => one(call, kind)),
  }),
];

const anyStage = (call: Call): StoredStage => byPk(call, call.state.stages, 'Stage');

const TEMPLATES = [
  ['password_reset', 'Password Reset'],
  ['account_confirmation', 'Account Confirmation'],
  ['email_otp', 'Email OTP'],
  ['event_notification', 'Event Notification'],
  ['invitation', 'Invitation'],
] as const;

export const stageRoutes: readonly Route[] = [
  route('/stages/email/templates/', {
    GET: () =>
      json(
        200,
        TEMPLATES.map(([name, description]) => ({
          name: `email/${name}.html`,
          description,
          component: '',
          model_name: '',
          requires_enterprise: false,
          deprecated: false,
        })),
      ),
  }),
  route('/stages/all/', {
    GET: (call) =>
      list(call, {
        rows: call.state.stages,
        show: (stage) => stageBrief(call.state, stage),
        search: (stage) => [stage.name],
        filters: { name: { kind: 'exact', of: (stage) => stage.name } },
        order: { name: (stage) => stage.name },
      }),
  }),
  route('/stages/all/:pk/', {
    GET: (call) => json(200, stageBrief(call.state, anyStage(call))),
    DELETE: remove(anyStage),
  }),
  ...STAGE_KINDS.flatMap(kindRoutes),
];
