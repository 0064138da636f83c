import { objectKind } from './object/object.ts';

/** A flow, known by its slug. Its stages are bound to it one by one. */
export const flowKind = objectKind(
  { noun: 'flow' },
  (slug) => ({
    collection: 'flows/instances',
    find: (rows) => rows.find((row) => row['slug'] === slug),
    id: () => slug,
    called: { slug },
  }),
  (slug) =>
    `In authentik, open Flows and Stages > Flows: if homeauth did not make "${slug}", give yours another slug, or delete it.`,
);
