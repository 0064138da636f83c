import type { Kind } from '../engine/kind.ts';
import type { BindingSpec } from '../model/sso.ts';
import type { Authentik } from '../world/authentik/api.ts';
import type { Row } from '../world/authentik/schema.ts';
import { lookInto, missing } from './authentik.ts';

/** A group may open an application. authentik takes the same binding twice, so it is always looked for first. */
export const bindingKind: Kind<BindingSpec> = {
  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const { application, group } = await ends(key, authentik);
      const bindings = application && group ? await between(application, group, authentik) : [];
      // A negated one keeps the group out.
      return bindings.length > 0 ? { enabled: bindings.some((row) => row.enabled && !row.negate) } : undefined;
    }),

  differs: (want, have) =>
    want.enabled === have.enabled ? [] : [want.enabled ? 'it does not let the group in' : 'it lets the group in'],

  async apply(key, want, { authentik }, have) {
    const { application, group, slug, name } = await ends(key, authentik);
    if (want && !application) missing('application', slug, 'Applications > Applications');
    if (want && !group) missing('group', name, 'Directory > Groups');
    if (!application || !group) return;
    // authentik stumbles over a change that does not say target and group again.
    const body = { target: application.pk, group: group.pk, negate: false };
    if (want && !have) {
      await authentik.create('policies/bindings', { ...body, enabled: want.enabled, order: 0 });
      return;
    }
    for (const { pk, order } of await between(application, group, authentik)) {
      if (!want) await authentik.remove('policies/bindings', pk);
      else await authentik.update('policies/bindings', pk, { ...body, enabled: want.enabled, order });
    }
  },

  hint: (key) => {
    const [slug, name] = split(key);
    return `In authentik, open Applications > ${slug} > Policy / Group / User Bindings, and enable the group "${name}".`;
  },
};

async function ends(key: string, authentik: Authentik) {
  const [slug, name] = split(key);
  const [applications, groups] = await Promise.all([
    authentik.list('core/applications'),
    authentik.list('core/groups'),
  ]);
  const application = applications.find((row) => row.slug === slug);
  return { slug, name, application, group: groups.find((row) => row.name === name) };
}

async function between(
  application: Row<'core/applications'>,
  group: Row<'core/groups'>,
  authentik: Authentik,
): Promise<Row<'policies/bindings'>[]> {
  const all = await authentik.list('policies/bindings');
  return all.filter((row) => row.target === application.pk && row.group === group.pk);
}

function split(key: string): [slug: string, group: string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
