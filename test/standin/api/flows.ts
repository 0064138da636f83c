import type { Call } from '../http/call.ts';
import { makeFlow, removeStageBindings } from '../make-flow.ts';
import { providersOf } from '../oauth/clients.ts';
import type { State } from '../state.ts';
import type { Flow } from '../state-flows.ts';
import { all, slug, unique } from './checks.ts';
import type { Fields } from './fields.ts';
import { by, columns } from './paging.ts';
import { deleteProvider } from './providers.ts';
import { showFlow } from './show-flow.ts';
import { reader, viewSet } from './view-set.ts';

const DESIGNATIONS = [
  'authentication',
  'authorization',
  'invalidation',
  'enrollment',
  'unenrollment',
  'recovery',
  'stage_configuration',
];

const fieldsFor = (state: State, self?: Flow): Fields => ({
  name: { type: 'text', required: true },
  slug: {
    type: 'text',
    required: true,
    check: all(
      slug,
      unique(
        () => state.flows.filter((one) => one !== self).map((one) => one.slug),
        'Flow with this slug already exists.',
      ),
    ),
  },
  title: { type: 'text', required: true },
  designation: { type: 'text', required: true, choices: DESIGNATIONS },
  background: { type: 'text', blank: true },
  policy_engine_mode: { type: 'text', choices: ['any', 'all'] },
  compatibility_mode: { type: 'bool' },
  layout: {
    type: 'text',
    choices: [
      'stacked',
      'content_left',
      'content_right',
      'sidebar_left',
      'sidebar_right',
      'sidebar_left_frame_background',
      'sidebar_right_frame_background',
    ],
  },
  denied_action: { type: 'text', choices: ['message_continue', 'message', 'continue'] },
  authentication: {
    type: 'text',
    choices: [
      'none',
      'require_authenticated',
      'require_unauthenticated',
      'require_superuser',
      'require_redirect',
      'require_outpost',
      'require_token',
    ],
  },
});

/** Deleting a flow deletes the providers that authorise with it, blueprint-managed or not. */
function remove({ state }: Call, flow: Flow): void {
  state.flows = state.flows.filter((one) => one !== flow);
  removeStageBindings(state, (one) => one.target === flow.pk);
  state.bindings = state.bindings.filter((one) => ![flow.pk, flow.policybindingmodel_ptr_id].includes(one.target));
  state.flowTokens = state.flowTokens.filter((one) => one.flow !== flow.pk);
  for (const provider of providersOf(state).filter((one) => one.authorization_flow === flow.pk))
    deleteProvider({ state }, provider);
  for (const holder of [...state.brands, ...state.invitations, ...state.stages.map((one) => one.config)])
    for (const [key, value] of Object.entries(holder)) if (value === flow.pk) Object.assign(holder, { [key]: null });
}

export const flowRoutes = viewSet<Flow>({
  path: '/flows/instances/',
  model: 'Flow',
  key: 'slug',
  rows: ({ state }) => state.flows,
  show: ({ state }, one) => showFlow(state, one),
  search: (one) => [one.name, one.slug, one.designation, one.title],
  filters: {
    flow_uuid: { kind: 'uuid', of: (one) => one.pk },
    ...by('exact', 'slug', 'name', 'designation'),
  },
  order: columns('slug', 'name'),
  read: reader(fieldsFor),
  make: ({ state }, input) => makeFlow(state, { name: '', slug: '', title: '', designation: '', ...input }),
  remove,
});
