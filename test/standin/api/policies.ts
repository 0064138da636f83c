import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import type { State } from '../state.ts';
import type { ExpressionPolicy, ReputationPolicy } from '../state-flows.ts';
import { unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';

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

/** Policies of every sort, each with the fields of its own, as in the list of all and in bindings. */
const anyPolicies = (state: State): { pk: string; name: string; execution_logging: boolean }[] =>
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
  name: {
    type: 'text',
    required: true,
    check: unique(
      () =>
        anyPolicies(state)
          .filter((one) => one.pk !== self?.pk)
          .map((one) => one.name),
      'Policy with this name already exists.',
    ),
  },
  execution_logging: { type: 'bool' },
  expression: { type: 'text', required: true, check: syntax },
});

const named = (call: Call): ExpressionPolicy => byPk(call, call.state.policies, 'ExpressionPolicy');

const change =
  (partial: boolean): Handler =>
  (call) => {
    const policy = named(call);
    Object.assign(policy, readFields<ExpressionPolicy>(bodyOf(call), fieldsFor(call.state, policy), partial));
    return json(200, showPolicy(call.state, policy));
  };

/** Goes, with the bindings of it. */
export function dropPolicy(state: State, pk: string): void {
  state.policies = state.policies.filter((one) => one.pk !== pk);
  state.reputationPolicies = state.reputationPolicies.filter((one) => one.pk !== pk);
  state.bindings = state.bindings.filter((one) => one.policy !== pk);
}

const listAll: Handler = (call) =>
  list(call, {
    rows: anyPolicies(call.state),
    show: (one) => one,
    search: (one) => [one.name],
    filters: { name: { kind: 'exact', of: (one) => one.name } },
    order: { name: (one) => one.name },
  });

const listExpressions: Handler = (call) =>
  list(call, {
    rows: call.state.policies,
    show: (one) => showPolicy(call.state, one),
    search: (one) => [one.name],
    filters: {
      name: { kind: 'exact', of: (one) => one.name },
      expression: { kind: 'exact', of: (one) => one.expression },
      policy_uuid: { kind: 'uuid', of: (one) => one.pk },
      execution_logging: { kind: 'bool', of: (one) => one.execution_logging },
    },
    order: { name: (one) => one.name },
  });

export const policyRoutes: readonly Route[] = [
  route('/policies/all/', { GET: listAll }),
  route('/policies/all/:pk/', {
    GET: (call) => json(200, byPk(call, anyPolicies(call.state), 'Policy')),
    DELETE: (call) => {
      dropPolicy(call.state, byPk(call, anyPolicies(call.state), 'Policy').pk);
      return noContent();
    },
  }),
  route('/policies/expression/', {
    GET: listExpressions,
    POST: (call) => {
      const input = readFields<ExpressionPolicy>(bodyOf(call), fieldsFor(call.state), false);
      const policy = { pk: randomUUID(), name: '', execution_logging: false, expression: '', ...input };
      call.state.policies.push(policy);
      return json(201, showPolicy(call.state, policy));
    },
  }),
  route('/policies/expression/:pk/', {
    GET: (call) => json(200, showPolicy(call.state, named(call))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: (call) => {
      dropPolicy(call.state, named(call).pk);
      return noContent();
    },
  }),
];
