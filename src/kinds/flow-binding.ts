import type { Kind } from '../engine/kind.ts';
import { differs } from '../model/reason.ts';
import type { FlowBindingSpec } from '../model/sso.ts';
import type { Authentik, How } from '../world/authentik/api.ts';
import type { Row } from '../world/authentik/schema.ts';
import { lookInto, missing, rowIn } from './authentik.ts';

/** A stage has its turn in a flow. */
export const flowBindingKind: Kind<FlowBindingSpec> = {
  told: {
    noun: 'stage in flow',
    place: 'in authentik',
    item: (key) => `${parts(key).name} in ${parts(key).slug}`,
    partOf: (key) => `flow:${parts(key).slug}`,
  },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const row = await flowBindingAt(key, authentik);
      return row && { onPlan: row.evaluate_on_plan ?? false, onTurn: row.re_evaluate_policies ?? false };
    }),

  differs: (want, have) => [
    ...(want.onPlan === have.onPlan ? [] : [differs('evaluate_on_plan', 'its policies are asked at another moment')]),
    ...(want.onTurn === have.onTurn
      ? []
      : [differs('re_evaluate_policies', `its policies are ${want.onTurn ? 'not ' : ''}asked again in its turn`)]),
  ],

  async apply(key, want, { authentik }, have) {
    const row = want && !have ? undefined : await flowBindingAt(key, authentik, 'known');
    if (!want) {
      if (row) await authentik.remove('flows/bindings', row.pk);
      return;
    }
    const body = { evaluate_on_plan: want.onPlan, re_evaluate_policies: want.onTurn };
    if (row) {
      await authentik.update('flows/bindings', row.pk, body);
      return;
    }
    const { slug, order, name } = parts(key);
    const flow = await rowIn(authentik, 'flows/instances', (one) => one.slug === slug);
    const stage = await rowIn(authentik, 'stages/all', (one) => one.name === name);
    await authentik.create('flows/bindings', {
      ...body,
      target: flow?.pk ?? missing('flow', slug, 'Flows and Stages > Flows'),
      stage: stage?.pk ?? missing('stage', name, 'Flows and Stages > Stages'),
      order,
      invalid_response_action: 'retry',
    });
  },

  hint: (key) => `In authentik, open Flows and Stages > Flows > ${parts(key).slug} > Stage Bindings.`,
};

/** The binding under this key: `<flow slug>/<order>/<stage name>`; `*` is any order. */
export async function flowBindingAt(
  key: string,
  authentik: Authentik,
  how?: How,
): Promise<Row<'flows/bindings'> | undefined> {
  const { slug, order, name } = parts(key);
  const [flows, bindings] = await Promise.all([
    authentik.list('flows/instances', how),
    authentik.list('flows/bindings', how),
  ]);
  const flow = flows.find((one) => one.slug === slug);
  const fits = (at: number): boolean => Number.isNaN(order) || at === order;
  return flow && bindings.find((row) => row.target === flow.pk && fits(row.order) && row.stage_obj.name === name);
}

function parts(key: string): { slug: string; order: number; name: string } {
  const [slug = '', order = '', name = ''] = key.split('/');
  return { slug, order: Number(order), name };
}
