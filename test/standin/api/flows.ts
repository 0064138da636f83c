import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import type { Flow } from '../state.ts';
import { missing } from './lookup.ts';
import { list } from './paging.ts';
import { deleteProvider } from './providers.ts';
import { type Route, route } from './router.ts';

const showFlow = (flow: Flow): unknown => ({
  pk: flow.pk,
  policybindingmodel_ptr_id: flow.policybindingmodel_ptr_id,
  name: flow.name,
  slug: flow.slug,
  title: flow.title,
  designation: flow.designation,
  background: '',
  background_url: '/static/dist/assets/images/flow_background.jpg',
  background_themed_urls: null,
  stages: flow.stages,
  policies: flow.policies,
  cache_count: 0,
  policy_engine_mode: 'any',
  compatibility_mode: false,
  export_url: `/api/v3/flows/instances/${flow.slug}/export/`,
  layout: 'stacked',
  denied_action: 'message_continue',
  authentication: flow.authentication,
});

const named = (call: Call): Flow => call.state.flows.find((one) => one.slug === call.params['slug']) ?? missing('Flow');

/** Deleting a flow deletes the providers that authorise with it, blueprint-managed or not. */
function remove(call: Call): ReturnType<typeof noContent> {
  const { state } = call;
  const flow = named(call);
  state.flows = state.flows.filter((one) => one !== flow);
  for (const provider of state.providers.filter((one) => one.authorization_flow === flow.pk))
    deleteProvider(state, provider.pk);
  for (const brand of state.brands)
    for (const [key, value] of Object.entries(brand)) if (value === flow.pk) Object.assign(brand, { [key]: null });
  return noContent();
}

export const flowRoutes: readonly Route[] = [
  route(
    '/flows/instances/',
    {
      GET: (call) =>
        list(call, {
          rows: call.state.flows,
          show: showFlow,
          search: (one) => [one.name, one.slug, one.designation, one.title],
          filters: {
            flow_uuid: { kind: 'uuid', of: (one) => one.pk },
            slug: { kind: 'exact', of: (one) => one.slug },
            name: { kind: 'exact', of: (one) => one.name },
            designation: { kind: 'exact', of: (one) => one.designation },
          },
          order: { slug: (one) => one.slug, name: (one) => one.name },
        }),
    },
    'admin',
    ['POST'],
  ),
  route('/flows/instances/:slug/', { GET: (call) => json(200, showFlow(named(call))), DELETE: remove }, 'admin', [
    'PUT',
    'PATCH',
  ]),
];
