import { randomUUID } from 'node:crypto';
import { clientsOf } from '../oauth/clients.ts';
import type { ScopeMapping, State } from '../state.ts';
import { type Fields, uniqueText } from './fields.ts';
import { by, columns } from './paging.ts';
import { reader, viewSet } from './view-set.ts';

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
  name: uniqueText(
    'name',
    state.mappings.filter((one) => one !== self),
    'property mapping with this name already exists.',
  ),
  expression: { type: 'text', required: true },
  scope_name: { type: 'text', required: true },
  description: { type: 'text', blank: true },
});

/** Scope mappings: authentik's own, and others. */
export const scopeMappingRoutes = viewSet<ScopeMapping>({
  path: '/propertymappings/provider/scope/',
  model: 'ScopeMapping',
  rows: ({ state }) => state.mappings,
  show: (_, one) => showMapping(one),
  search: (one) => [one.name, one.description],
  filters: {
    ...by('exact', 'managed', 'scope_name'),
    managed__isnull: { kind: 'bool', of: (one) => one.managed === null },
  },
  order: columns('scope_name', 'name'),
  read: reader(fieldsFor),
  make({ state }, input) {
    const defaults = { managed: null, name: '', expression: '', scope_name: '', description: '' };
    const mapping: ScopeMapping = { ...defaults, ...input, pk: randomUUID() };
    state.mappings.push(mapping);
    return mapping;
  },
  remove({ state }, { pk }) {
    state.mappings = state.mappings.filter((one) => one.pk !== pk);
    for (const client of clientsOf(state))
      client.property_mappings = client.property_mappings.filter((one) => one !== pk);
  },
});
