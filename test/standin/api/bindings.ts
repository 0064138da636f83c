import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { crashNow, refuse } from '../http/reply.ts';
import type { Binding, Json, State } from '../state.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { by, columns } from './paging.ts';
import { showAnyPolicy } from './policies.ts';
import { groupBrief, userBrief } from './show.ts';
import { viewSet } from './view-set.ts';

function showBinding(call: Call, binding: Binding): unknown {
  const group = call.state.groups.find((one) => one.pk === binding.group);
  const user = call.state.users.find((one) => one.pk === binding.user);
  return {
    pk: binding.pk,
    policy: binding.policy,
    group: binding.group,
    user: binding.user,
    policy_obj: showAnyPolicy(call.state, binding.policy),
    group_obj: group ? groupBrief(group) : null,
    user_obj: user ? userBrief(user) : null,
    target: shownTarget(call.state, binding.target),
    negate: binding.negate,
    enabled: binding.enabled,
    order: binding.order,
    timeout: binding.timeout,
    failure_result: binding.failure_result,
    // 2026.8 lets bindings expire.
    ...(call.site.era.baseUrl ? { expires: null, expiring: false } : {}),
  };
}

/** Flows and stage bindings have an id of their own beside that of what policies are bound to. */
const parents = (state: State) => [...state.flows, ...state.stageBindings];

/** Kept is the id that policies are bound to, whichever was sent; shown is the other one. */
const keptTarget = (state: State, given: string): string =>
  parents(state).find((one) => one.pk === given)?.policybindingmodel_ptr_id ?? given;
const shownTarget = (state: State, kept: string): string =>
  parents(state).find((one) => one.policybindingmodel_ptr_id === kept)?.pk ?? kept;

const fieldsFor = (state: State): Fields => ({
  policy: {
    type: 'ref',
    nullable: true,
    known: () => [...state.policies, ...state.reputationPolicies].map((one) => one.pk),
  },
  group: { type: 'ref', nullable: true, known: () => state.groups.map((one) => one.pk) },
  user: { type: 'ref', nullable: true, known: () => state.users.map((one) => one.pk) },
  target: {
    type: 'ref',
    required: true,
    known: () => [
      ...state.applications.map((one) => one.pk),
      ...parents(state).flatMap((one) => [one.pk, one.policybindingmodel_ptr_id]),
    ],
  },
  negate: { type: 'bool' },
  enabled: { type: 'bool' },
  order: { type: 'int', required: true },
  timeout: { type: 'int' },
  failure_result: { type: 'bool' },
});

/**
 * Only what this request sends is counted, so a PATCH has to send its target and its group again. The same group twice
 * is accepted: the database compares policies, and a group has none.
 */
function read(call: Call, partial: boolean, self?: Binding): Partial<Binding> {
  const input = readFields<Binding>(bodyOf(call), fieldsFor(call.state), partial);
  if (input.target === undefined) crashNow(call.method);
  const set = [input.policy, input.group, input.user].filter((one) => one !== undefined && one !== null);
  if (set.length > 1) refuse(400, { non_field_errors: ["Only one of 'group', 'policy', 'user' can be set."] });
  if (set.length === 0) refuse(400, { non_field_errors: ["One of 'group', 'policy', 'user' must be set."] });
  const meant = { ...self, ...input, target: keptTarget(call.state, input.target) };
  const isTwin = (one: Binding): boolean =>
    one !== self && one.policy === meant.policy && one.target === meant.target && one.order === meant.order;
  if (meant.policy && call.state.bindings.some(isTwin))
    refuse(400, { non_field_errors: ['The fields policy, target, order must make a unique set.'] });
  return { ...input, target: meant.target };
}

export function makeBinding(state: State, input: Json & { target: string }): Binding {
  const binding: Binding = {
    pk: randomUUID(),
    policy: null,
    group: null,
    user: null,
    negate: false,
    enabled: true,
    order: 0,
    timeout: 30,
    failure_result: false,
    ...input,
  };
  state.bindings.push(binding);
  return binding;
}

export const bindingRoutes = viewSet<Binding>({
  path: '/policies/bindings/',
  model: 'PolicyBinding',
  rows: ({ state }) => state.bindings,
  show: showBinding,
  filters: {
    ...by('uuid', 'target', 'policy'),
    ...by('bool', 'enabled'),
    ...by('int', 'order', 'timeout'),
    target_in: { kind: 'exact', of: (one) => one.target },
  },
  order: columns('order', 'pk'),
  read,
  make: ({ state }, { target = '', ...input }) => makeBinding(state, { ...input, target }),
  remove({ state }, binding) {
    state.bindings = state.bindings.filter((one) => one !== binding);
  },
});
