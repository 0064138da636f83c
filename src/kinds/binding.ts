import type { Kind } from '../engine/kind.ts';
import { differs } from '../model/reason.ts';
import type { BindingFound, BindingSpec } from '../model/sso.ts';
import type { Authentik, How } from '../world/authentik/api.ts';
import type { Row } from '../world/authentik/schema.ts';
import { lookInto, missing } from './authentik.ts';

/** A group may open an application. authentik takes the same binding twice, so it is always looked for first. */
export const bindingKind: Kind<BindingSpec, BindingFound> = {
  told: { noun: 'access', place: 'in authentik', item: (key) => `${split(key)[0]} for ${split(key)[1]} only` },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const { bindings } = await ends(key, authentik);
      return bindings.length > 0 ? { enabled: bindings.some(letsIn), isTwice: bindings.length > 1 } : undefined;
    }),

  differs: (want, have) => [
    ...(want.enabled === have.enabled
      ? []
      : [differs('enabled', want.enabled ? 'it does not let the group in' : 'it lets the group in')]),
    ...(have.isTwice ? [differs('pk', 'it is there twice')] : []),
  ],

  async apply(key, want, { authentik }, have) {
    const { application, group, bindings, slug, name } = await ends(key, authentik, 'known');
    if (want && !application) missing('application', slug, 'Applications > Applications');
    if (want && !group) missing('group', name, 'Directory > Groups');
    if (!application || !group) return;
    // authentik stumbles over a change that does not say target and group again.
    const body = { target: application.pk, group: group.pk, negate: false };
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
    return `In authentik, open Applications > Applications > ${slug} > Policy / Group / User Bindings, and enable the group "${name}".`;
  },
};

/** A negated one keeps the group out. */
const letsIn = ({ enabled, negate }: Row<'policies/bindings'>): boolean => enabled === true && negate !== true;

async function ends(key: string, authentik: Authentik, how?: How) {
  const [slug, name] = split(key);
  const [applications, groups, all] = await Promise.all([
    authentik.list('core/applications', how),
    authentik.list('core/groups', how),
    authentik.list('policies/bindings', how),
  ]);
  const application = applications.find((row) => row.slug === slug);
  const group = groups.find((row) => row.name === name);
  const isBetween = (row: Row<'policies/bindings'>) => row.target === application?.pk && row.group === group?.pk;
  return { slug, name, application, group, bindings: application && group ? all.filter(isBetween) : [] };
}

function split(key: string): [slug: string, group: string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
