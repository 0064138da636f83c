import type { Kind } from '../engine/kind.ts';
import { differs } from '../model/reason.ts';
import type { EmergencyFound, EmergencySpec } from '../model/sso.ts';
import { lookInto, missing, userNamed } from './authentik.ts';

/**
 * authentik's own emergency account: nobody can log in with it and no mail leads to it, until `rescue` wakes it. One
 * with an address of its owner's own is a person's account, and one that is gone leads nowhere.
 */
export const emergencyKind: Kind<EmergencySpec, EmergencyFound> = {
  told: { noun: 'emergency account', place: 'in authentik', isPart: true },

  observe: (key, world, want) =>
    lookInto(world, async (authentik) => {
      const users = await authentik.list('core/users');
      const [row, owner] = [key, want?.owner].map((name) => users.find(({ username }) => username === name));
      const isOwn = Boolean(row?.email) && row?.email !== want?.address;
      const isIn = Boolean(owner?.last_login) || owner?.attributes?.['homeauth']?.firstPassword === 'set';
      return {
        owner: want?.owner ?? '',
        address: row && !isOwn ? (row.email ?? '') : '',
        enabled: row !== undefined && !isOwn && row.is_active !== false,
        isUsed: Boolean(row?.last_login),
        ownerGetsIn: Boolean(owner?.is_superuser && owner.is_active !== false && isIn),
      };
    }),

  differs: (want, have) => [
    ...(have.address === ''
      ? []
      : [differs('address', `its address is ${want.address}: who reads its mail could log in as it`)]),
    ...(have.enabled ? [differs('enabled', 'it is enabled')] : []),
  ],

  async apply(key, want, world) {
    if (!want) return;
    const { pk } = (await userNamed(world, key)) ?? missing('user', key, 'Directory > Users');
    await world.authentik.update('core/users', pk, { email: '', is_active: false });
  },

  release: (_ours, _before, have) => have,

  isTheirs: (_want, have) => have.isUsed || !have.ownerGetsIn,

  hint: (key) =>
    `Somebody logs in with ${key}, or the administrator of homeauth.yaml has not logged in yet; so it is left to you. Log in once as that administrator. Where nobody needs ${key}, open Directory > Users > ${key} in authentik, take its address off, and deactivate it; or give it an address of your own.`,
};
