import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { json, noContent, refuse } from '../http/reply.ts';
import { mayEnter } from '../people.ts';
import type { Json, LdapProvider, Role, State, User } from '../state.ts';
import { bodyOf, type Fields, uniqueText } from './fields.ts';
import { byPk, missing } from './lookup.ts';
import { columns, list } from './paging.ts';
import { deleteProvider, providerFields } from './providers.ts';
import { type Handler, type Route, route } from './router.ts';
import { providerBrief } from './show.ts';
import { reader, viewSet } from './view-set.ts';

const defaults = (): LdapProvider => ({
  pk: 0,
  name: '',
  authentication_flow: null,
  authorization_flow: '',
  invalidation_flow: '',
  property_mappings: [],
  base_dn: 'DC=ldap,DC=goauthentik,DC=io',
  certificate: null,
  tls_server_name: '',
  uid_start_number: 2000,
  gid_start_number: 4000,
  search_mode: 'direct',
  bind_mode: 'direct',
  mfa_support: true,
});

function fieldsFor(state: State, self?: LdapProvider): Fields {
  return {
    ...providerFields(state, self),
    property_mappings: { type: 'refs', known: () => [] },
    base_dn: { type: 'text' },
    certificate: { type: 'ref', nullable: true, known: () => state.keypairs.map((one) => one.pk) },
    tls_server_name: { type: 'text', blank: true },
    uid_start_number: { type: 'int' },
    gid_start_number: { type: 'int' },
    search_mode: { type: 'text', choices: ['direct', 'cached'] },
    bind_mode: { type: 'text', choices: ['direct', 'cached'] },
    mfa_support: { type: 'bool' },
  };
}

const show = (state: State, provider: LdapProvider): unknown => ({
  ...(providerBrief(state, provider.pk) as Json),
  ...provider,
  outpost_set: state.outposts.filter((one) => one.providers.includes(provider.pk)).map((one) => `Outpost ${one.name}`),
});

/** What the key of an outpost reads: the providers that it serves, those with an application. */
function served({ state, user }: Call) {
  const mine = state.outposts.filter((one) => `ak-outpost-${one.pk.replaceAll('-', '')}` === user?.username);
  const slug = (pk: string): string => state.flows.find((flow) => flow.pk === pk)?.slug ?? '';
  return mine
    .flatMap((outpost) => state.ldapProviders.filter(({ pk }) => outpost.providers.includes(pk)))
    .flatMap((provider) => {
      const application = state.applications.find((app) => app.provider === provider.pk);
      const {
        authorization_flow,
        invalidation_flow,
        authentication_flow: _,
        property_mappings: __,
        ...rest
      } = provider;
      if (!application) return [];
      const flows = { bind_flow_slug: slug(authorization_flow), unbind_flow_slug: slug(invalidation_flow) };
      return [{ ...rest, ...flows, application_slug: application.slug }];
    });
}

/** May whoever calls get in, and search in this provider? */
function checkAccess(call: Call) {
  const { state, user, query } = call;
  const provider = byPk(call, state.ldapProviders, 'LDAPProvider');
  const application = state.applications.find((app) => app.slug === query.get('app_slug'));
  if (!application || !user) return missing('Application');
  return json(200, {
    has_search_permission: maySearch(state, user, provider.pk),
    access: { passing: mayEnter(state, application, user), messages: [], log_messages: [] },
  });
}

const MODEL = 'authentik_providers_ldap.ldapprovider';

const maySearch = (state: State, user: User, provider: number): boolean =>
  state.roles
    .filter((role) => user.roles.some((one) => one.pk === role.pk))
    .some((role) =>
      role.permissions.some(
        (one) => one.model === MODEL && one.codename === 'search_full_directory' && one.object_pk === String(provider),
      ),
    );

const brief = ({ pk, name }: Role) => ({ pk, name });
const named = (state: State, self?: Role): Fields => ({
  name: uniqueText(
    'name',
    state.roles.filter((one) => one !== self),
    'Role with this name already exists.',
  ),
});

/** Puts somebody into a role, or takes them out. */
const member =
  (isIn: boolean): Handler =>
  (call) => {
    const found = byPk(call, call.state.roles, 'Role');
    const user = call.state.users.find((one) => one.pk === bodyOf(call)['pk']) ?? missing('User');
    user.roles = user.roles.filter((one) => one.pk !== found.pk);
    if (isIn) user.roles.push(brief(found));
    return noContent();
  };

const assign: Handler = (call) => {
  const {
    permissions = [],
    model = '',
    object_pk = '',
  } = bodyOf(call) as {
    permissions?: string[];
    model?: string;
    object_pk?: string;
  };
  if (permissions.length === 0) refuse(400, { permissions: ['This list may not be empty.'] });
  const found = byPk(call, call.state.roles, 'Role', 'uuid');
  for (const permission of permissions) {
    const codename = permission.split('.')[1] ?? '';
    if (!found.permissions.some((one) => one.codename === codename && one.object_pk === object_pk))
      found.permissions.push({ model, codename, object_pk });
  }
  return json(
    200,
    permissions.map(() => ({ id: randomUUID() })),
  );
};

function assigned(call: Call) {
  const [model, object] = [call.query.get('model'), call.query.get('object_pk')];
  const of = (found: Role) =>
    found.permissions.filter((one) => one.model === model && (object === null || one.object_pk === object));
  return list(call, {
    rows: call.state.roles.filter((one) => of(one).length > 0),
    show: (found) => ({
      role_pk: found.pk,
      name: found.name,
      object_permissions: of(found).map(({ codename, object_pk }, n) => ({
        ...{ id: n, codename, model: 'ldapprovider', app_label: 'authentik_providers_ldap', object_pk },
        name: 'Search full LDAP directory',
      })),
      model_permissions: [],
    }),
    search: (found) => [found.name],
    order: {},
  });
}

export const ldapRoutes: readonly Route[] = [
  ...viewSet<LdapProvider>({
    path: '/providers/ldap/',
    model: 'LDAPProvider',
    rows: ({ state }) => state.ldapProviders,
    show: ({ state }, provider) => show(state, provider),
    search: (provider) => [provider.name],
    filters: { name__iexact: { kind: 'iexact', of: (provider) => provider.name } },
    order: columns('name'),
    read: reader(fieldsFor),
    make({ state }, input) {
      const provider = { ...defaults(), ...input, pk: state.serial.provider++ };
      state.ldapProviders.push(provider);
      return provider;
    },
    remove: deleteProvider,
  }),
  route(
    '/outposts/ldap/',
    { GET: (call) => list(call, { rows: served(call), show: (provider) => provider, search: () => [], order: {} }) },
    'anyone',
  ),
  route('/outposts/ldap/:pk/check_access/', { GET: checkAccess }, 'anyone'),
  ...viewSet<Role>({
    path: '/rbac/roles/',
    model: 'Role',
    rows: ({ state }) => state.roles,
    show: (_, found) => brief(found),
    search: (found) => [found.name],
    order: columns('name'),
    make(call) {
      const { name = '' } = reader(named)(call, false);
      const made: Role = { pk: randomUUID(), name, permissions: [] };
      call.state.roles.push(made);
      return made;
    },
    remove({ state }, { pk }) {
      state.roles = state.roles.filter((one) => one.pk !== pk);
      for (const user of state.users) user.roles = user.roles.filter((one) => one.pk !== pk);
    },
  }),
  route('/rbac/roles/:pk/add_user/', { POST: member(true) }),
  route('/rbac/roles/:pk/remove_user/', { POST: member(false) }),
  route('/rbac/permissions/assigned_by_roles/', { GET: assigned }),
  route('/rbac/permissions/assigned_by_roles/:uuid/assign/', { POST: assign }),
];
