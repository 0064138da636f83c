import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import type { State } from '../state.ts';
import type { ExpressionPolicy, ReputationPolicy } from '../state-flows.ts';
import { type Fields, uniqueText } from './fields.ts';
import { by, columns } from './paging.ts';
import type { Route } from './router.ts';
import { reader, viewSet } from './view-set.ts';

const showPolicy = (state: State, { pk, name, execution_logging, expression }: ExpressionPolicy): object => ({
  pk,
  name,
  execution_logging,
  component: 'ak-policy-expression-form',
  verbose_name: 'Expression Policy',
  verbose_name_plural: 'Expression Policies',
  meta_model_name: 'authentik_policies_expression.expressionpolicy',
  bound_to: state.bindings.filter((one) => one.policy === pk).length,
  expression,
});

export const showReputation = (state: State, { pk, ...policy }: ReputationPolicy): object => ({
  pk,
  ...policy,
  component: 'ak-policy-reputation-form',
  verbose_name: 'Reputation Policy',
  verbose_name_plural: 'Reputation Policies',
  meta_model_name: 'authentik_policies_reputation.reputationpolicy',
  bound_to: state.bindings.filter((one) => one.policy === pk).length,
});

type AnyPolicy = Pick<ExpressionPolicy, 'pk' | 'name' | 'execution_logging'>;

/** Policies of every sort, each with the fields of its own, as in the list of all and in bindings. */
const anyPolicies = (state: State): AnyPolicy[] =>
  [
    ...state.policies.map((one) => showPolicy(state, one)),
    ...state.reputationPolicies.map((one) => showReputation(state, one)),
  ] as never;

/** The policy of a binding, of whatever sort. */
export function showAnyPolicy(state: State, pk: string | null): object | null {
  return anyPolicies(state).find((one) => one.pk === pk) ?? null;
}

/** Python itself is not here: only brackets that are never closed are noticed. */
function syntax(expression: string): string | undefined {
  const open: { bracket: string; line: number }[] = [];
  for (const [index, line] of expression.split('\n').entries()) {
    for (const letter of line.replace(/'[^']*'|"[^"]*"|#.*/g, '')) {
      if ('([{'.includes(letter)) open.push({ bracket: letter, line: index + 2 });
      if (')]}'.includes(letter)) open.pop();
    }
  }
  const last = open.at(-1);
  return last && `Expression Syntax Error: '${last.bracket}' was never closed (temp-policy, line ${last.line})`;
}

const fieldsFor = (state: State, self?: ExpressionPolicy): Fields => ({
  name: uniqueText(
    'name',
    anyPolicies(state).filter((one) => one.pk !== self?.pk),
    'Policy with this name already exists.',
  ),
  execution_logging: { type: 'bool' },
  expression: { type: 'text', required: true, check: syntax },
});

/** Goes, with the bindings of it. */
export function dropPolicy({ state }: Call, { pk }: { pk: string }): void {
  state.policies = state.policies.filter((one) => one.pk !== pk);
  state.reputationPolicies = state.reputationPolicies.filter((one) => one.pk !== pk);
  state.bindings = state.bindings.filter((one) => one.policy !== pk);
}

export const policyRoutes: readonly Route[] = [
  ...viewSet<AnyPolicy>({
    path: '/policies/all/',
    model: 'Policy',
    rows: ({ state }) => anyPolicies(state),
    show: (_, one) => one,
    search: (one) => [one.name],
    filters: by('exact', 'name'),
    order: columns('name'),
    remove: dropPolicy,
  }),
  ...viewSet<ExpressionPolicy>({
    path: '/policies/expression/',
    model: 'ExpressionPolicy',
    rows: ({ state }) => state.policies,
    show: ({ state }, one) => showPolicy(state, one),
    search: (one) => [one.name],
    filters: {
      ...by('exact', 'name', 'expression'),
      policy_uuid: { kind: 'uuid', of: (one) => one.pk },
      ...by('bool', 'execution_logging'),
    },
    order: columns('name'),
    read: reader(fieldsFor),
    make({ state }, input) {
      const policy = { pk: randomUUID(), name: '', execution_logging: false, expression: '', ...input };
      state.policies.push(policy);
      return policy;
    },
    remove: dropPolicy,
  }),
];
