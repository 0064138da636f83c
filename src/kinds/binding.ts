import type { Kind } from '../engine/kind.ts';
import { differs } from '../model/reason.ts';
import type { BindingFound, BindingSpec } from '../model/sso.ts';
import type { Authentik, How } from '../world/authentik/api.ts';
import type { Row } from '../world/authentik/schema.ts';
import { lookInto, missing } from './authentik.ts';

/** Who may open an application: a group, or one account. authentik takes the same one twice, so it is looked for first. */
const bindingOf = (
  who: 'group' | 'user',
  item: (slug: string, name: string) => string,
): Kind<BindingSpec, BindingFound> => ({
  told: { noun: 'access', place: 'in authentik', item: (key) => item(...split(key)) },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const { bindings } = await ends(who, key, authentik);
      return bindings.length > 0 ? { enabled: bindings.some(letsIn), isTwice: bindings.length > 1 } : undefined;
    }),

  differs: (want, have) => [
    ...(want.enabled === have.enabled
      ? []
      : [differs('enabled', want.enabled ? `it does not let the ${who} in` : `it lets the ${who} in`)]),
    ...(have.isTwice ? [differs('pk', 'it is there twice')] : []),
  ],

  async apply(key, want, { authentik }, have) {
    const { application, found, bindings, slug, name } = await ends(who, key, authentik, 'known');
    if (want && !application) missing('application', slug, 'Applications > Applications');
    if (want && !found) missing(who, name, who === 'group' ? 'Directory > Groups' : 'Directory > Users');
    if (!application || !found) return;
    // authentik stumbles over a change that does not say target and group again.
    const body = { target: application.pk, [who]: found.pk, negate: false };
    if (want && !have) {
      await authentik.create('policies/bindings', { ...body, enabled: want.enabled, order: 0 });
      return;
    }
    const kept = want && (bindings.find((row) => letsIn(row) === want.enabled) ?? bindings[0]);
    for (const { pk } of bindings) if (pk !== kept?.pk) await authentik.remove('policies/bindings', pk);
    if (!kept || letsIn(kept) === want.enabled) return;
    await authentik.update('policies/bindings', kept.pk, { ...body, enabled: want.enabled, order: kept.order });
  },

  hint: (key) => {
    const [slug, name] = split(key);
    return `In authentik, open Applications > Applications > ${slug} > Policy / Group / User Bindings, and enable the ${who} "${name}".`;
  },
});

export const bindingKind = bindingOf('group', (slug, name) => `${slug} for ${name} only`);
export const userBindingKind = bindingOf('user', (slug, name) => `${slug} for ${name}`);

/** A negated one keeps the group out. */
const letsIn = ({ enabled, negate }: Row<'policies/bindings'>): boolean => enabled === true && negate !== true;

async function ends(who: 'group' | 'user', key: string, authentik: Authentik, how?: How) {
  const [slug, name] = split(key);
  const [applications, groups, users, all] = await Promise.all([
    authentik.list('core/applications', how),
    who === 'group' ? authentik.list('core/groups', how) : [],
    who === 'user' ? authentik.list('core/users', how) : [],
    authentik.list('policies/bindings', how),
  ]);
  const application = applications.find((row) => row.slug === slug);
  const found = groups.find((row) => row.name === name) ?? users.find((row) => row.username === name);
  const isBetween = (row: Row<'policies/bindings'>) => row.target === application?.pk && row[who] === found?.pk;
  return { slug, name, application, found, bindings: application && found ? all.filter(isBetween) : [] };
}

function split(key: string): [slug: string, group: string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
