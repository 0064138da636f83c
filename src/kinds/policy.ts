import { byName, objectKind, type Place } from './object/object.ts';

/**
 * A policy of this sort. The list of all policies shows each with the fields of its sort, so that one list serves every
 * sort and every binding. Source: what bindings show in recording 06, by the same serializer.
 */
const policyNamed = (sort: 'expression' | 'reputation', name: string): Place => ({
  ...byName(`policies/${sort}`, name),
  listed: 'policies/all',
  find: (rows) => rows.find((row) => row['name'] === name && row['component'] === `ak-policy-${sort}-form`),
});

const policyHint = (name: string): string =>
  `In authentik, open Customization > Policies: if homeauth did not make "${name}", rename yours, or delete it.`;

/** A policy that is an expression in Python. */
export const policyKind = objectKind(
  { noun: 'policy', isPart: true },
  (name) => policyNamed('expression', name),
  policyHint,
);

/** A policy that asks what is thought of a name or an address. A change has to say again which of the two. */
export const reputationKind = objectKind(
  { noun: 'policy', isPart: true },
  (name) => ({ ...policyNamed('reputation', name), resent: ['check_ip', 'check_username'] }),
  policyHint,
);
