import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { differs } from '../model/reason.ts';
import type { TokenSpec } from '../model/sso.ts';
import type { World } from '../world/world.ts';
import { groupNamed, join, lookInto, tokenCalled, userNamed } from './authentik.ts';

/**
 * homeauth's own key to the API: a service account, an API token, and the key that is on disk before authentik hears
 * of it. Every step looks first, so it can be cut anywhere.
 */
export const tokenKind: Kind<TokenSpec> = {
  told: { noun: 'token', place: 'in authentik' },

  observe: (key, world, want) =>
    lookInto(world, async (authentik) => {
      const [row, users, proven] = await Promise.all([
        tokenCalled(authentik, key),
        authentik.list('core/users'),
        authentik.ownTokenWorks(),
      ]);
      if (!row) return undefined;
      const owner = users.find(({ pk }) => pk === row.user);
      const groups = owner?.groups_obj ?? [];
      return {
        username: owner?.username ?? '',
        group: groups.find(({ name }) => name === want?.group)?.name ?? groups[0]?.name ?? '',
        proven,
      };
    }),

  differs: (want, have) => [
    ...(want.username === have.username
      ? []
      : [differs('user', `it belongs to "${have.username}", not to "${want.username}"`)]),
    ...(want.group === have.group ? [] : [differs('group', `its owner is not in the group "${want.group}"`)]),
    ...(want.proven && !have.proven ? [differs('key', 'the key on disk does not open the API')] : []),
  ],

  async apply(key, want, world) {
    const { authentik } = world;
    if (!want) return authentik.remove('core/tokens', key);
    const owner = await account(want, world);
    const row = await tokenCalled(authentik, key);
    // A token keeps its owner for life.
    if (row && row.user !== owner) await authentik.remove('core/tokens', key);
    if (!row || row.user !== owner) {
      // An expiring API token is not deleted when it expires: its key is changed without a word.
      const description = 'homeauth keeps this installation with it';
      await authentik.create('core/tokens', {
        identifier: key,
        intent: 'api',
        user: owner,
        description,
        expiring: false,
      });
    }
    if (!(await authentik.ownTokenWorks())) await authentik.installOwnKey(key);
  },

  hint: (key) =>
    `In authentik, open Directory > Tokens and App passwords and delete "${key}" if it is not homeauth's, then run the command again.`,
};

/** The service account, made where it is missing, and in the group that gives it its rights. */
async function account({ username, group: name }: TokenSpec, world: World): Promise<number> {
  const group = await groupNamed(world, name);
  const user = await userNamed(world, username);
  if (!user) {
    const made = await world.authentik.create('core/users', {
      username,
      name: 'homeauth',
      type: 'service_account',
      path: 'users',
      groups: [group.pk],
    });
    return made.pk;
  }
  if (user.type !== 'service_account') throw notAnAccount(username);
  if (!user.groups?.includes(group.pk)) await join(world, user.pk, group.pk);
  return user.pk;
}

const notAnAccount = (username: string): Failure =>
  new Failure({
    code: 'account-taken',
    problem: `The user "${username}" in authentik is a person, and homeauth needs this name for its own account.`,
    why: "homeauth uses authentik with a service account of this name, and does not take over a person's account.",
    fix: `In authentik, open Directory > Users and give "${username}" another user name, then run the command again.`,
  });
