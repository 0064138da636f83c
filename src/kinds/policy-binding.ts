import type { Kind } from '../engine/kind.ts';
import { differs } from '../model/reason.ts';
import type { PolicyBindingSpec } from '../model/sso.ts';
import type { Authentik, How } from '../world/authentik/api.ts';
import { lookInto, missing } from './authentik.ts';
import { flowBindingAt } from './flow-binding.ts';

/** A policy decides whether a stage has its turn in a flow. */
export const policyBindingKind: Kind<PolicyBindingSpec> = {
  told: { noun: 'policy in flow', place: 'in authentik', isPart: true },

  observe: (key, world, want) =>
    lookInto(world, async (authentik) => {
      const { row, target } = await ends(key, authentik);
      if (want?.whereThere && !target) return want;
      return row && { enabled: row.enabled !== false && row.negate !== true, onFailure: row.failure_result ?? false };
    }),

  differs: (want, have) => [
    ...(want.enabled === have.enabled ? [] : [differs('enabled', want.enabled ? 'it is not asked' : 'it is asked')]),
    ...(want.onFailure === have.onFailure
      ? []
      : [differs('failure_result', `where it breaks, it says ${have.onFailure ? 'yes' : 'no'}`)]),
  ],

  async apply(key, want, { authentik }) {
    const { row, target, binding, policy, name } = await ends(key, authentik, 'known');
    if (!want) {
      if (row) await authentik.remove('policies/bindings', row.pk);
      return;
    }
    // A change has to name both ends again: authentik counts those that it is sent.
    const body = {
      target: target?.pk ?? missing('stage binding', binding, 'Flows and Stages > Flows'),
      policy: policy?.pk ?? missing('policy', name, 'Customization > Policies'),
      enabled: want.enabled,
      negate: false,
      failure_result: want.onFailure,
      order: row?.order ?? 0,
    };
    if (row) await authentik.update('policies/bindings', row.pk, body);
    else await authentik.create('policies/bindings', body);
  },

  hint: (key) =>
    `In authentik, open Flows and Stages > Flows > ${key.split('/')[0]} > Stage Bindings, and see the policies there.`,
};

async function ends(key: string, authentik: Authentik, how?: How) {
  const at = key.lastIndexOf('/');
  const [binding, name] = [key.slice(0, at), key.slice(at + 1)];
  const [target, policies, all] = await Promise.all([
    flowBindingAt(binding, authentik, how),
    authentik.list('policies/all', how),
    authentik.list('policies/bindings', how),
  ]);
  const policy = policies.find((one) => one.name === name);
  const row = target && policy && all.find((one) => one.target === target.pk && one.policy === policy.pk);
  return { binding, name, target, policy, row };
}
