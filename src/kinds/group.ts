import type { Kind } from '../engine/kind.ts';
import { differs } from '../model/reason.ts';
import type { GroupSpec } from '../model/sso.ts';
import { lookInto, rowIn } from './authentik.ts';

export const groupKind: Kind<GroupSpec> = {
  told: { noun: 'group', place: 'in authentik' },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const row = (await authentik.list('core/groups')).find(({ name }) => name === key);
      return row && { superuser: row.is_superuser ?? false };
    }),

  differs: ({ superuser }, have) =>
    superuser === undefined || superuser === have.superuser
      ? []
      : [differs('is_superuser', superuser ? 'its members are not administrators' : 'its members are administrators')],

  async apply(key, want, { authentik }, have) {
    const row = want && !have ? undefined : await rowIn(authentik, 'core/groups', ({ name }) => name === key);
    const rights = want?.superuser === undefined ? {} : { is_superuser: want.superuser };
    if (!want) {
      if (row) await authentik.remove('core/groups', row.pk);
    } else if (row) await authentik.update('core/groups', row.pk, rights);
    else await authentik.create('core/groups', { name: key, ...rights });
  },

  hint: (key) => `In authentik, open Directory > Groups > ${key}, or name another group in homeauth.yaml.`,
};
