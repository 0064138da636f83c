import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { refuse } from '../http/reply.ts';
import { reputations } from '../reputation.ts';
import type { State } from '../state.ts';
import type { Reputation, ReputationPolicy } from '../state-flows.ts';
import { bodyOf, type Fields, readFields, uniqueText } from './fields.ts';
import { by, columns } from './paging.ts';
import { dropPolicy, showReputation } from './policies.ts';
import type { Route } from './router.ts';
import { viewSet } from './view-set.ts';

const fieldsFor = (state: State, self?: ReputationPolicy): Fields => ({
  name: uniqueText(
    'name',
    [...state.policies, ...state.reputationPolicies].filter((one) => one !== self),
    'Policy with this name already exists.',
  ),
  execution_logging: { type: 'bool' },
  check_ip: { type: 'bool' },
  check_username: { type: 'bool' },
  threshold: { type: 'int' },
});

/** Only what this request sends is looked at: a change has to say again what is checked. */
function read(call: Call, partial: boolean, self?: ReputationPolicy): Partial<ReputationPolicy> {
  const input = readFields<ReputationPolicy>(bodyOf(call), fieldsFor(call.state, self), partial);
  if (!input.check_ip && !input.check_username)
    refuse(400, { non_field_errors: ['Either IP or Username must be checked'] });
  return input;
}

const score = ({ pk, identifier, ip, score: sum, updated }: Reputation): object => ({
  pk,
  identifier,
  ip,
  ip_geo_data: {},
  ip_asn_data: {},
  score: sum,
  updated: new Date(updated).toISOString(),
});

export const reputationRoutes: readonly Route[] = [
  ...viewSet<Reputation>({
    path: '/policies/reputation/scores/',
    model: 'Reputation',
    rows: reputations,
    show: (_, one) => score(one),
    search: (one) => [one.identifier, one.ip],
    filters: { ...by('exact', 'identifier', 'ip'), ...by('int', 'score') },
    order: columns('ip', 'score'),
    remove({ state }, gone) {
      state.reputations = state.reputations.filter((one) => one !== gone);
    },
  }),
  ...viewSet<ReputationPolicy>({
    path: '/policies/reputation/',
    model: 'ReputationPolicy',
    rows: ({ state }) => state.reputationPolicies,
    show: ({ state }, one) => showReputation(state, one),
    search: (one) => [one.name],
    filters: by('exact', 'name'),
    order: columns('name'),
    read,
    make({ state }, input) {
      const defaults = { name: '', execution_logging: false, check_ip: true, check_username: true, threshold: -5 };
      const policy = { pk: randomUUID(), ...defaults, ...input };
      state.reputationPolicies.push(policy);
      return policy;
    },
    remove: dropPolicy,
  }),
];
