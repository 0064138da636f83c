import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import { makeFlow, removeStageBindings } from '../make-flow.ts';
import { providersOf } from '../oauth/clients.ts';
import type { State } from '../state.ts';
import type { Flow } from '../state-flows.ts';
import { all, slug, unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { missing } from './lookup.ts';
import { list } from './paging.ts';
import { deleteProvider } from './providers.ts';
import { type Handler, type Route, route } from './router.ts';
import { showFlow } from './show-flow.ts';

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

const named = (call: Call): Flow => call.state.flows.find((one) => one.slug === call.params['slug']) ?? missing('Flow');

/** Deleting a flow deletes the providers that authorise with it, blueprint-managed or not. */
function remove(call: Call): ReturnType<typeof noContent> {
  const { state } = call;
  const flow = named(call);
  state.flows = state.flows.filter((one) => one !== flow);
  removeStageBindings(state, (one) => one.target === flow.pk);
  state.bindings = state.bindings.filter((one) => ![flow.pk, flow.policybindingmodel_ptr_id].includes(one.target));
  state.flowTokens = state.flowTokens.filter((one) => one.flow !== flow.pk);
  for (const provider of providersOf(state).filter((one) => one.authorization_flow === flow.pk))
    deleteProvider(state, provider.pk);
  for (const holder of [...state.brands, ...state.invitations, ...state.stages.map((one) => one.config)])
    for (const [key, value] of Object.entries(holder)) if (value === flow.pk) Object.assign(holder, { [key]: null });
  return noContent();
}

const change =
  (partial: boolean): Handler =>
  (call) => {
    const flow = named(call);
    Object.assign(flow, readFields<Flow>(bodyOf(call), fieldsFor(call.state, flow), partial));
    return json(200, showFlow(call.state, flow));
  };

export const flowRoutes: readonly Route[] = [
  route('/flows/instances/', {
    GET: (call) =>
      list(call, {
        rows: call.state.flows,
        show: (one) => showFlow(call.state, one),
        search: (one) => [one.name, one.slug, one.designation, one.title],
        filters: {
          flow_uuid: { kind: 'uuid', of: (one) => one.pk },
          slug: { kind: 'exact', of: (one) => one.slug },
          name: { kind: 'exact', of: (one) => one.name },
          designation: { kind: 'exact', of: (one) => one.designation },
        },
        order: { slug: (one) => one.slug, name: (one) => one.name },
      }),
    POST: (call) => {
      const input = readFields<Flow>(bodyOf(call), fieldsFor(call.state), false);
      const flow = makeFlow(call.state, { name: '', slug: '', title: '', designation: '', ...input });
      return json(201, showFlow(call.state, flow));
    },
  }),
  route('/flows/instances/:slug/', {
    GET: (call) => json(200, showFlow(call.state, named(call))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: remove,
  }),
];
