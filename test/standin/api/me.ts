import { json } from '../http/reply.ts';
import { groupsOf, isSuperuser } from '../people.ts';
import { type Route, route } from './router.ts';
import { AVATAR } from './show.ts';

const PERMISSIONS = [
  'view_media_files',
  'access_admin_interface',
  'change_role',
  'delete_initialpermissions',
  'add_initialpermissions',
  'add_role',
  'assign_role_permissions',
  'view_system_settings',
  'view_system_info',
  'edit_system_settings',
  'view_role',
  'delete_role',
  'view_initialpermissions',
  'manage_media_files',
  'unassign_role_permissions',
  'change_initialpermissions',
];

export const meRoutes: readonly Route[] = [
  route(
    '/core/users/me/',
    {
      GET: (call) => {
        const { state, user, site } = call;
        if (!user) throw new Error('users/me needs somebody');
        const superuser = isSuperuser(state, user);
        const self = {
          pk: user.pk,
          username: user.username,
          name: user.name,
          is_active: user.is_active,
          is_superuser: superuser,
          groups: groupsOf(state, user).map(({ name, pk }) => ({ name, pk })),
          roles: user.roles.map(({ name, pk }) => ({ name, pk })),
          email: user.email,
          avatar: AVATAR,
          uid: user.uid,
          settings: {},
          type: user.type,
          system_permissions: superuser ? PERMISSIONS : [],
        };
        // 2026.8 lists the accounts that are signed in beside each other.
        return json(
          200,
          site.era.baseUrl
            ? { user: { ...self, is_current: true }, users: [{ ...self, is_current: true }] }
            : { user: self },
        );
      },
    },
    'anyone',
  ),
];
