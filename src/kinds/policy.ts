import { byName, objectKind } from './object/object.ts';

/** A policy that is an expression in Python. */
export const policyKind = objectKind(
  (name) => byName('policies/expression', name),
  (name) =>
    `In authentik, open Customization > Policies: if homeauth did not make "${name}", rename yours, or delete it.`,
);
