import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { json, noContent, refuse } from '../http/reply.ts';
import { reputations } from '../reputation.ts';
import type { State } from '../state.ts';
import type { Reputation, ReputationPolicy } from '../state-flows.ts';
import { unique } from './checks.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk } from './lookup.ts';
import { list } from './paging.ts';
import { dropPolicy, showReputation } from './policies.ts';
import { type Handler, type Route, route } from './router.ts';

const fieldsFor = (state: State, self?: ReputationPolicy): Fields => ({
  name: {
    type: 'text',
    required: true,
    check: unique(
      () => [...state.policies, ...state.reputationPolicies].filter((one) => one !== self).map((one) => one.name),
      'Policy with this name already exists.',
    ),
  },
  execution_logging: { type: 'bool' },
  check_ip: { type: 'bool' },
  check_username: { type: 'bool' },
  threshold: { type: 'int' },
});

/** Only what this request sends is looked at: a change has to say again what is checked. */
function read(call: Call, self: ReputationPolicy | undefined, partial: boolean): Partial<ReputationPolicy> {
  const input = readFields<ReputationPolicy>(bodyOf(call), fieldsFor(call.state, self), partial);
  if (!input.check_ip && !input.check_username)
    refuse(400, { non_field_errors: ['Either IP or Username must be checked'] });
  return input;
}

const named = (call: Call): ReputationPolicy => byPk(call, call.state.reputationPolicies, 'ReputationPolicy');

const change =
  (partial: boolean): Handler =>
  (call) => {
    const policy = named(call);
    Object.assign(policy, read(call, policy, partial));
    return json(200, showReputation(call.state, policy));
  };

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
  route('/policies/reputation/scores/', {
    GET: (call) =>
      list(call, {
        rows: reputations(call),
        show: score,
        search: (one) => [one.identifier, one.ip],
        filters: {
          identifier: { kind: 'exact', of: (one) => one.identifier },
          ip: { kind: 'exact', of: (one) => one.ip },
          score: { kind: 'int', of: (one) => one.score },
        },
        order: { ip: (one) => one.ip, score: (one) => one.score },
      }),
  }),
  route('/policies/reputation/scores/:pk/', {
    GET: (call) => json(200, score(byPk(call, reputations(call), 'Reputation'))),
    DELETE: (call) => {
      const gone = byPk(call, reputations(call), 'Reputation');
      call.state.reputations = call.state.reputations.filter((one) => one !== gone);
      return noContent();
    },
  }),
  route('/policies/reputation/', {
    GET: (call) =>
      list(call, {
        rows: call.state.reputationPolicies,
        show: (one) => showReputation(call.state, one),
        search: (one) => [one.name],
        filters: { name: { kind: 'exact', of: (one) => one.name } },
        order: { name: (one) => one.name },
      }),
    POST: (call) => {
      const input = read(call, undefined, false);
      const defaults = { name: '', execution_logging: false, check_ip: true, check_username: true, threshold: -5 };
      const policy = { pk: randomUUID(), ...defaults, ...input };
      call.state.reputationPolicies.push(policy);
      return json(201, showReputation(call.state, policy));
    },
  }),
  route('/policies/reputation/:pk/', {
    GET: (call) => json(200, showReputation(call.state, named(call))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: (call) => {
      dropPolicy(call.state, named(call).pk);
      return noContent();
    },
  }),
];
