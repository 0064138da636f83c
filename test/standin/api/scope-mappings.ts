import { randomUUID } from 'node:crypto';
import { json, noContent } from '../http/reply.ts';
import { clientsOf } from '../oauth/clients.ts';
import type { ScopeMapping, State } from '../state.ts';
import { unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';

const showMapping = (one: ScopeMapping): unknown => ({
  pk: one.pk,
  managed: one.managed,
  name: one.name,
  expression: one.expression,
  component: 'ak-property-mapping-provider-scope-form',
  verbose_name: 'Scope Mapping',
  verbose_name_plural: 'Scope Mappings',
  meta_model_name: 'authentik_providers_oauth2.scopemapping',
  scope_name: one.scope_name,
  description: one.description,
});

const fieldsFor = (state: State, self?: ScopeMapping): Fields => ({
  managed: { type: 'text', nullable: true },
  name: {
    type: 'text',
    required: true,
    check: unique(
      () => state.mappings.filter((one) => one !== self).map((one) => one.name),
      'property mapping with this name already exists.',
    ),
  },
  expression: { type: 'text', required: true },
  scope_name: { type: 'text', required: true },
  description: { type: 'text', blank: true },
});

const change =
  (partial: boolean): Handler =>
  (call) => {
    const mapping = byPk(call, call.state.mappings, 'ScopeMapping');
    Object.assign(mapping, readFields<ScopeMapping>(bodyOf(call), fieldsFor(call.state, mapping), partial));
    return json(200, showMapping(mapping));
  };

/** Scope mappings: authentik's own, and others. */
export const scopeMappingRoutes: readonly Route[] = [
  route('/propertymappings/provider/scope/', {
    GET: (call) =>
      list(call, {
        rows: call.state.mappings,
        show: showMapping,
        search: (one) => [one.name, one.description],
        filters: {
          managed: { kind: 'exact', of: (one) => one.managed },
          scope_name: { kind: 'exact', of: (one) => one.scope_name },
          managed__isnull: { kind: 'bool', of: (one) => one.managed === null },
        },
        order: { scope_name: (one) => one.scope_name, name: (one) => one.name },
      }),
    POST: (call) => {
      const { state } = call;
      const given = readFields<ScopeMapping>(bodyOf(call), fieldsFor(state), false);
      const mapping = { managed: null, name: '', expression: '', scope_name: '', description: '', ...given };
      state.mappings.push({ ...mapping, pk: randomUUID() });
      return json(201, showMapping(state.mappings.at(-1) as ScopeMapping));
    },
  }),
  route('/propertymappings/provider/scope/:pk/', {
    GET: (call) => json(200, showMapping(byPk(call, call.state.mappings, 'ScopeMapping'))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: (call) => {
      const { state } = call;
      const { pk } = byPk(call, state.mappings, 'ScopeMapping');
      state.mappings = state.mappings.filter((one) => one.pk !== pk);
      for (const client of clientsOf(state))
        client.property_mappings = client.property_mappings.filter((one) => one !== pk);
      return noContent();
    },
  }),
];
