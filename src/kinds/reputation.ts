import { objectKind } from './object/object.ts';
import { policyHint, policyNamed } from './policy.ts';

/** A policy that asks what is thought of a name or an address. A change has to say again which of the two. */
export const reputationKind = objectKind(
  { noun: 'policy', isPart: true },
  (name) => ({ ...policyNamed('reputation', name), resent: ['check_ip', 'check_username'] }),
  policyHint,
);
