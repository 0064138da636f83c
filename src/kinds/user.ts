import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { changes, differs, type Reason } from '../model/reason.ts';
import type { UserFound, UserSpec } from '../model/sso.ts';
import type { Row } from '../world/authentik/schema.ts';
import type { World } from '../world/world.ts';
import { groupNamed, join, lookInto, userNamed } from './authentik.ts';

/** Our note in a user's attributes: whether the first password is still to be set. Nobody else's account has one. */
interface Note {
  readonly firstPassword?: 'pending' | 'set';
}

const noteOf = (row: Row<'core/users'>): Note => (row.attributes?.['homeauth'] as Note | undefined) ?? {};
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A person's account. Its password is set once, when homeauth makes it, and is the person's own affair from then on. */
export const userKind: Kind<UserSpec, UserFound> = {
  told: { noun: 'user', place: 'in authentik', item: (key) => key },

  observe: (key, world, want) =>
    lookInto(world, async (authentik) => {
      const users = await authentik.list('core/users');
      const row = users.find(({ username }) => username === key);
      if (want) unambiguous(key, want, row, users);
      if (!row) return undefined;
      const { firstPassword } = noteOf(row);
      return {
        name: row.name,
        email: row.email ?? '',
        groups: (row.groups_obj ?? []).map(({ name }) => name),
        ...(firstPassword && { passwordSet: firstPassword === 'set' }),
      };
    }),

  differs: (want, have) => [
    ...changes('name', have.name, want.name),
    ...(same(want.email, have.email) ? [] : changes('e-mail', have.email, want.email)),
    ...want.groups.filter((group) => !have.groups.includes(group)).map(outside),
    ...(want.firstPassword && !have.passwordSet
      ? [
          differs(
            'password',
            have.passwordSet === false ? 'has no password yet' : 'has a password that homeauth did not set',
          ),
        ]
      : []),
  ],

  async apply(key, want, world, have) {
    const { authentik } = world;
    const row = want && !have ? undefined : await userNamed(world, key);
    if (!want) {
      if (row) await authentik.remove('core/users', row.pk);
      return;
    }
    if (row && want.firstPassword && !noteOf(row).firstPassword) throw notOurs(key);
    const user = row ? await mend(row, want, world) : await make(key, want, world);
    if (want.firstPassword && noteOf(user).firstPassword === 'pending') {
      await authentik.call('POST', `core/users/${user.pk}/set_password`, { password: want.firstPassword }, [
        'core/users',
      ]);
      await note(user.pk, 'set', world);
    }
  },

  hint: (key) =>
    `Give "${key}" in authentik what is missing (a group: homeauth user groups ${key} --add GROUP), or name another administrator: --admin, or admin.username in homeauth.yaml.`,
};

const outside = (group: string): Reason => ({ ...differs('groups', `not in the group "${group}"`), reads: 'is' });

async function make(username: string, want: UserSpec, world: World): Promise<Row<'core/users'>> {
  const groups = await Promise.all(want.groups.map((name) => groupNamed(world, name)));
  return world.authentik.create('core/users', {
    username,
    name: want.name,
    email: want.email,
    type: 'internal',
    path: 'users',
    groups: groups.map(({ pk }) => pk),
    // Written with the account itself, so that a cut before the password is seen and made good.
    ...(want.firstPassword && { attributes: { homeauth: { firstPassword: 'pending' } } }),
  });
}

async function mend(row: Row<'core/users'>, want: UserSpec, world: World): Promise<Row<'core/users'>> {
  const changes = {
    ...(row.name !== want.name && { name: want.name }),
    ...(same(row.email ?? '', want.email) ? {} : { email: want.email }),
  };
  if (Object.keys(changes).length > 0) await world.authentik.update('core/users', row.pk, changes);
  for (const name of want.groups) {
    const group = await groupNamed(world, name);
    if (!row.groups?.includes(group.pk)) await join(world, row.pk, group.pk);
  }
  return row;
}

/** Leaves every other attribute as it is at this moment. */
async function note(pk: number, firstPassword: Note['firstPassword'], { authentik }: World): Promise<void> {
  const { attributes = {} } = await authentik.get<Row<'core/users'>>(`core/users/${pk}`);
  const homeauth = { ...attributes['homeauth'], firstPassword };
  await authentik.update('core/users', pk, { attributes: { ...attributes, homeauth } });
}

/** authentik takes "Alice" beside "alice", and one address for two people; neither can then log in reliably. */
function unambiguous(
  key: string,
  want: UserSpec,
  row: Row<'core/users'> | undefined,
  users: readonly Row<'core/users'>[],
): void {
  const twin = row ? undefined : users.find(({ username }) => same(username, key));
  if (twin) {
    throw new Failure({
      code: 'user-name-taken',
      problem: `authentik has a user "${twin.username}"; "${key}" differs from it in capitals only.`,
      why: 'authentik would accept both, and nobody could tell them apart at the login.',
      fix: `Write the user name as "${twin.username}", or choose another.`,
    });
  }
  if (want.email === '' || (row && same(row.email ?? '', want.email))) return;
  const other = users.find(({ username, email }) => username !== key && same(email ?? '', want.email));
  if (other) {
    throw new Failure({
      code: 'email-taken',
      problem: `The e-mail address ${want.email} belongs to the user "${other.username}" in authentik.`,
      why: 'People can also log in with their address, and authentik could not tell the two apart.',
      fix: `Give "${key}" another address, or change that of "${other.username}" in authentik, under Directory > Users.`,
    });
  }
}

const notOurs = (key: string): Failure =>
  new Failure({
    code: 'user-not-ours',
    problem: `The user "${key}" exists already, and homeauth does not change its password.`,
    why: 'homeauth sets a first password only for an account that it created.',
    fix: `Choose another name: --admin NAME, or admin.username in homeauth.yaml`,
  });
