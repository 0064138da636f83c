import { json, noContent, refuse } from '../http/reply.ts';
import { makeGroup } from '../make.ts';
import type { Group, State } from '../state.ts';
import { unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { userBrief } from './show.ts';

function showGroup(state: State, group: Group, withUsers = true): unknown {
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
  name: {
    type: 'text',
    required: true,
    check: unique(
      () => state.groups.filter((one) => one !== self).map((one) => one.name),
      'Group with this name already exists.',
    ),
  },
  is_superuser: { type: 'bool' },
  parents: { type: 'refs', known: () => state.groups.map((one) => one.pk) },
  users: { type: 'refs', known: () => state.users.map((one) => one.pk) },
  attributes: { type: 'object' },
  roles: { type: 'refs', known: () => [] },
});

const change =
  (partial: boolean): Handler =>
  (call) => {
    const group = byPk(call, call.state.groups, 'Group');
    Object.assign(group, readFields<Group>(bodyOf(call), fieldsFor(call.state, group), partial));
    return json(200, showGroup(call.state, group));
  };

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

export const groupRoutes: readonly Route[] = [
  route('/core/groups/', {
    GET: (call) =>
      list(call, {
        rows: call.state.groups,
        show: (one) => showGroup(call.state, one, call.query.get('include_users') !== 'false'),
        search: (one) => [one.name],
        filters: {
          name: { kind: 'exact', of: (one) => one.name },
          is_superuser: { kind: 'bool', of: (one) => one.is_superuser },
        },
        order: { name: (one) => one.name },
        autocomplete: AUTOCOMPLETE,
      }),
    POST: (call) => {
      const input = readFields<Group>(bodyOf(call), fieldsFor(call.state), false);
      return json(201, showGroup(call.state, makeGroup(call.state, { name: '', ...input })));
    },
  }),
  route('/core/groups/:pk/', {
    GET: (call) => json(200, showGroup(call.state, byPk(call, call.state.groups, 'Group'))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: (call) => {
      const { state } = call;
      const group = byPk(call, state.groups, 'Group');
      state.groups = state.groups.filter((one) => one !== group);
      state.bindings = state.bindings.filter((one) => one.group !== group.pk);
      return noContent();
    },
  }),
  route('/core/groups/:pk/add_user/', { POST: member((users, pk) => [...new Set([...users, pk])]) }),
  route('/core/groups/:pk/remove_user/', { POST: member((users, pk) => users.filter((one) => one !== pk)) }),
];

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
