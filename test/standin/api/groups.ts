import { noContent, refuse } from '../http/reply.ts';
import { makeGroup } from '../make.ts';
import type { Group, State } from '../state.ts';
import { bodyOf, type Fields, readFields, uniqueText } from './fields.ts';
import { byPk } from './lookup.ts';
import { by, columns } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { userBrief } from './show.ts';
import { reader, viewSet } from './view-set.ts';

function showGroup(state: State, group: Group, withUsers: boolean): unknown {
  return {
    pk: group.pk,
    num_pk: group.num_pk,
    name: group.name,
    is_superuser: group.is_superuser,
    parents: group.parents,
    parents_obj: null,
    users: group.users,
    users_obj: withUsers ? state.users.filter((one) => group.users.includes(one.pk)).map(userBrief) : null,
    attributes: group.attributes,
    roles: group.roles,
    roles_obj: [],
    inherited_roles_obj: null,
    children: state.groups.filter((one) => one.parents.includes(group.pk)).map((one) => one.pk),
    children_obj: null,
  };
}

const fieldsFor = (state: State, self?: Group): Fields => ({
  name: uniqueText(
    'name',
    state.groups.filter((one) => one !== self),
    'Group with this name already exists.',
  ),
  is_superuser: { type: 'bool' },
  parents: { type: 'refs', known: () => state.groups.map((one) => one.pk) },
  users: { type: 'refs', known: () => state.users.map((one) => one.pk) },
  attributes: { type: 'object' },
  roles: { type: 'refs', known: () => [] },
});

/** Both are idempotent; an unknown user says "Not found." */
const member =
  (edit: (users: number[], pk: number) => number[]): Handler =>
  (call) => {
    const group = byPk(call, call.state.groups, 'Group');
    const { pk = 0 } = readFields<{ pk: number }>(bodyOf(call), { pk: { type: 'int', required: true } }, false);
    if (!call.state.users.some((one) => one.pk === pk)) refuse(404, { detail: 'Not found.' });
    group.users = edit(group.users, pk);
    return noContent();
  };

const AUTOCOMPLETE = {
  current_model: 'authentik_core.group',
  models: {
    'authentik_core.group': {
      name: { type: 'str', nullable: false, options: null },
      is_superuser: { type: 'bool', nullable: true, options: null },
      attributes: { type: 'relation', nullable: false, options: null, relation: 'authentik_core.group_attributes' },
    },
  },
};

export const groupRoutes: readonly Route[] = [
  ...viewSet<Group>({
    path: '/core/groups/',
    model: 'Group',
    access: 'directory',
    rows: ({ state }) => state.groups,
    show: ({ state, query }, one) => showGroup(state, one, query.get('include_users') !== 'false'),
    search: (one) => [one.name],
    filters: { ...by('exact', 'name'), ...by('bool', 'is_superuser') },
    order: columns('name'),
    autocomplete: AUTOCOMPLETE,
    read: reader(fieldsFor),
    make: ({ state }, input) => makeGroup(state, { name: '', ...input }),
    remove({ state }, group) {
      state.groups = state.groups.filter((one) => one !== group);
      state.bindings = state.bindings.filter((one) => one.group !== group.pk);
    },
  }),
  route('/core/groups/:pk/add_user/', { POST: member((users, pk) => [...new Set([...users, pk])]) }),
  route('/core/groups/:pk/remove_user/', { POST: member((users, pk) => users.filter((one) => one !== pk)) }),
];
