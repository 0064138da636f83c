import { byName, objectKind } from './object/object.ts';

/** A policy that asks what is thought of a name or an address. A change has to say again which of the two. */
export const reputationKind = objectKind(
  (name) => ({ ...byName('policies/reputation', name), resent: ['check_ip', 'check_username'] }),
  (name) =>
    `In authentik, open Customization > Policies: if homeauth did not make "${name}", rename yours, or delete it.`,
);
