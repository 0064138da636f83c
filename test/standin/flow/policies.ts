import { evaluate } from '../expressions.ts';
import type { Call } from '../http/call.ts';
import { groupsOf } from '../people.ts';
import { isLow } from '../reputation.ts';
import type { Binding, User } from '../state.ts';
import type { Plan } from '../state-flows.ts';
import { pendingUser } from './stage.ts';

/** On whose behalf policies are asked. */
export interface Asking {
  call: Call;
  plan: Plan;
}

/** true, false, or no with a reason. */
export type Verdict = boolean | { message: string };

interface Guarded {
  policybindingmodel_ptr_id: string;
  policy_engine_mode: string;
}

/** Whether what is bound to a flow or to a stage binding lets the person through; nothing bound lets everybody. */
export function policiesPass(asking: Asking, guarded: Guarded): Verdict {
  const bindings = asking.call.state.bindings
    .filter((one) => one.target === guarded.policybindingmodel_ptr_id && one.enabled)
    .sort((a, b) => a.order - b.order);
  if (bindings.length === 0) return true;
  const verdicts = bindings.map((one) => verdictOf(asking, one));
  const no = verdicts.find((one) => one !== true) ?? false;
  const passed = guarded.policy_engine_mode === 'all' ? verdicts.every((one) => one === true) : verdicts.includes(true);
  return passed || no;
}

function verdictOf(asking: Asking, binding: Binding): Verdict {
  const verdict = unturned(asking, binding);
  return binding.negate ? verdict !== true : verdict;
}

function unturned(asking: Asking, binding: Binding): Verdict {
  const { state, site } = asking.call;
  const user = personOf(asking);
  if (binding.group) return user !== undefined && groupsOf(state, user).some((one) => one.pk === binding.group);
  if (binding.user) return user?.pk === binding.user;
  const reputation = state.reputationPolicies.find((one) => one.pk === binding.policy);
  if (reputation) return isLow(asking.call, reputation, asking.plan.pendingUser ?? '');
  const policy = state.policies.find((one) => one.pk === binding.policy);
  if (!policy) return binding.failure_result;
  const verdict = evaluate(policy.expression, asking);
  if (verdict === undefined) site.say(`The stand-in cannot read the expression of the policy "${policy.name}": no`);
  return verdict ?? false;
}

function personOf({ call, plan }: Asking): User | undefined {
  return pendingUser({ call, plan });
}
