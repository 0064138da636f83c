import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { json, refuse } from '../http/reply.ts';
import { removeStageBindings } from '../make-flow.ts';
import type { Json, State } from '../state.ts';
import type { StoredStage } from '../state-flows.ts';
import { bodyOf, type Fields, readFields, uniqueText } from './fields.ts';
import { by, columns } from './paging.ts';
import { type Route, route } from './router.ts';
import { stageBrief } from './show-flow.ts';
import { STAGE_KINDS, type StageKind } from './stage-kinds.ts';
import { viewSet } from './view-set.ts';

/** Passwords are taken and never shown. */
function showStage(state: State, stage: StoredStage): unknown {
  const { password: _password, ...config } = stage.config;
  return { ...stageBrief(state, stage), ...config };
}

function read(call: Call, kind: StageKind, partial: boolean, self?: StoredStage): Partial<StoredStage> {
  const { state } = call;
  const fields: Fields = {
    name: uniqueText(
      'name',
      state.stages.filter((one) => one !== self),
      'stage with this name already exists.',
    ),
    ...kind.fields(state),
  };
  const { name, ...config } = readFields<Json & { name: string }>(bodyOf(call), fields, partial);
  // Only what this request sends is counted, so a PATCH has to send the user fields again.
  const nobody = (['user_fields', 'sources'] as const).every((one) => ((config[one] ?? []) as unknown[]).length === 0);
  if (kind.path === 'identification' && nobody)
    refuse(400, { non_field_errors: ['When no user fields are selected, at least one source must be selected'] });
  return { ...(name === undefined ? {} : { name }), config };
}

function remove({ state }: Call, stage: StoredStage): void {
  state.stages = state.stages.filter((other) => other !== stage);
  removeStageBindings(state, (binding) => binding.stage === stage.pk);
}

const kindRoutes = (kind: StageKind): Route[] =>
  viewSet<StoredStage>({
    path: `/stages/${kind.path}/`,
    model: kind.verbose.replaceAll(' ', '').replace('Setup', ''),
    rows: ({ state }) => state.stages.filter((one) => one.kind === kind.path),
    show: ({ state }, stage) => showStage(state, stage),
    search: (stage) => [stage.name],
    filters: { ...by('exact', 'name'), stage_uuid: { kind: 'uuid', of: (stage) => stage.pk } },
    order: columns('name'),
    read: (call, partial, self) => read(call, kind, partial, self),
    make({ state }, { name = '', config }) {
      const stage = { pk: randomUUID(), kind: kind.path, name, config: { ...kind.defaults, ...config } };
      state.stages.push(stage);
      return stage;
    },
    save: (_, stage, { name = stage.name, config }) =>
      Object.assign(stage, { name, config: { ...stage.config, ...config } }),
    remove,
  });

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
  ...viewSet<StoredStage>({
    path: '/stages/all/',
    model: 'Stage',
    rows: ({ state }) => state.stages,
    show: ({ state }, stage) => stageBrief(state, stage),
    search: (stage) => [stage.name],
    filters: by('exact', 'name'),
    order: columns('name'),
    remove,
  }),
  ...STAGE_KINDS.flatMap(kindRoutes),
];
