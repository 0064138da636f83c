import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import { makeGroup, makeToken, makeUser } from '../make.ts';
import { groupsOf, isSuperuser } from '../people.ts';
import { hashPassword, randomText } from '../secrets.ts';
import { endSessionsOf } from '../sessions.ts';
import type { State, User } from '../state.ts';
import { email } from './checks.ts';
import { bodyOf, type Fields, readFields, uniqueText } from './fields.ts';
import { byPk } from './lookup.ts';
import { by, columns } from './paging.ts';
import { type Route, route } from './router.ts';
import { AVATAR, groupBrief } from './show.ts';
import { viewSet } from './view-set.ts';

/** A user as the API shows it. Passwords never leave. */
export function showUser(state: State, user: User): unknown {
  const groups = state.groups.filter((one) => one.users.includes(user.pk));
  return {
    pk: user.pk,
    username: user.username,
    name: user.name,
    is_active: user.is_active,
    last_login: user.last_login,
    date_joined: user.date_joined,
    is_superuser: isSuperuser(state, user),
    groups: groups.map((one) => one.pk),
    groups_obj: groups.map(groupBrief),
    roles: user.roles.map((one) => one.pk),
    roles_obj: user.roles,
    email: user.email,
    avatar: AVATAR,
    attributes: user.attributes,
    uid: user.uid,
    path: user.path,
    type: user.type,
    uuid: user.uuid,
    password_change_date: user.password_change_date,
    last_updated: user.last_updated,
  };
}

const fieldsFor = (state: State, self?: User): Fields => ({
  username: uniqueText(
    'username',
    state.users.filter((one) => one !== self),
    'This field must be unique.',
  ),
  name: { type: 'text', required: true, blank: true },
  is_active: { type: 'bool' },
  groups: { type: 'refs', known: () => state.groups.map((one) => one.pk) },
  email: { type: 'text', blank: true, check: email },
  attributes: { type: 'object' },
  path: {
    type: 'text',
    check: (value) => (/^\/|\/$/.test(value) ? 'No leading or trailing slashes allowed.' : undefined),
  },
  type: {
    type: 'text',
    check: (value) =>
      value === 'internal_service_account' ? 'Setting a user to internal service account is not allowed.' : undefined,
    choices: ['internal', 'external', 'service_account', 'internal_service_account'],
  },
});

type Input = User & { groups: string[] };

function save({ state }: Call, user: User, { groups, ...input }: Partial<Input>): void {
  Object.assign(user, input, { last_updated: new Date().toISOString() });
  // Who is switched off is signed out, too.
  if (!user.is_active) endSessionsOf(state, user);
  if (!groups) return;
  for (const group of state.groups) {
    group.users = group.users.filter((pk) => pk !== user.pk);
    if (groups.includes(group.pk)) group.users.push(user.pk);
  }
}

function remove({ state }: Call, user: User): void {
  endSessionsOf(state, user);
  state.users = state.users.filter((one) => one !== user);
  state.devices = state.devices.filter((one) => one.user !== user.pk);
  state.flowTokens = state.flowTokens.filter((one) => one.user !== user.pk);
  state.invitations = state.invitations.filter((one) => one.created_by !== user.pk);
  state.tokens = state.tokens.filter((one) => one.user !== user.pk);
  state.bindings = state.bindings.filter((one) => one.user !== user.pk);
  for (const group of state.groups) group.users = group.users.filter((pk) => pk !== user.pk);
}

const text = (options: readonly string[] | null = null) => ({ type: 'str', nullable: false, options });

const AUTOCOMPLETE = {
  current_model: 'authentik_core.user',
  models: {
    'authentik_core.user': {
      username: text(),
      name: text(),
      email: text(),
      path: text(),
      is_active: { type: 'bool', nullable: true, options: null },
      type: text(['internal', 'external', 'service_account', 'internal_service_account']),
      attributes: { type: 'relation', nullable: false, options: null, relation: 'authentik_core.user_attributes' },
    },
  },
};

export const userRoutes: readonly Route[] = [
  route('/core/users/service_account/', {
    POST: (call) => {
      const { state } = call;
      const fields: Fields = {
        name: uniqueText('username', state.users, 'This field must be unique.'),
        create_group: { type: 'bool' },
        expiring: { type: 'bool' },
        expires: { type: 'text' },
      };
      const input = readFields<{ name: string; create_group: boolean; expiring: boolean }>(bodyOf(call), fields, false);
      const name = input.name ?? '';
      const user = makeUser(state, {
        username: name,
        name,
        type: 'service_account',
        path: 'goauthentik.io/service-accounts',
      });
      const group = input.create_group ? makeGroup(state, { name, users: [user.pk] }) : undefined;
      // An app password: it is refused as a bearer of the API.
      const token = makeToken(state, {
        identifier: `service-account-${name}-password`,
        intent: 'app_password',
        user: user.pk,
        expiring: input.expiring ?? true,
        key: randomText(60),
      });
      return json(200, {
        username: name,
        user_uid: user.uid,
        user_pk: user.pk,
        ...(group ? { group_pk: group.pk } : {}),
        token: token.key,
      });
    },
  }),
  ...viewSet<User, Input>({
    path: '/core/users/',
    access: 'directory',
    model: 'User',
    rows: ({ state }) => state.users,
    show: ({ state }, one) => showUser(state, one),
    search: (one) => [one.username, one.name, one.email],
    filters: {
      ...by('exact', 'username', 'name', 'email'),
      ...by('uuid', 'uuid'),
      ...by('exact', 'path', 'type'),
      ...by('bool', 'is_active'),
      is_superuser: { kind: 'bool', of: (one, state) => isSuperuser(state, one) },
      groups_by_name: { kind: 'contains', of: (one, state) => groupsOf(state, one).map((group) => group.name) },
      groups_by_pk: { kind: 'contains', of: (one, state) => groupsOf(state, one).map((group) => group.pk) },
    },
    order: columns('pk', 'username', 'name'),
    autocomplete: AUTOCOMPLETE,
    read: (call, partial, self) => readFields<Input>(bodyOf(call), fieldsFor(call.state, self), partial),
    make(call, { groups = [], ...input }) {
      const user = makeUser(call.state, { username: '', name: '', ...input });
      save(call, user, { groups });
      return user;
    },
    save,
    remove,
  }),
  route('/core/users/:pk/set_password/', {
    POST: (call) => {
      const user = byPk(call, call.state.users, 'User');
      const { password = '' } = readFields<{ password: string }>(
        bodyOf(call),
        { password: { type: 'text', required: true } },
        false,
      );
      user.password = hashPassword(password);
      user.password_change_date = new Date().toISOString();
      return noContent();
    },
  }),
];
