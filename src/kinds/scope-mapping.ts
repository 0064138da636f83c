import { byName, objectKind } from './object/object.ts';

/** What an app is told of a person beside what authentik tells by itself. */
export const scopeMappingKind = objectKind(
  { noun: 'scope mapping', isPart: true },
  (name) => byName('propertymappings/provider/scope', name),
  (name) =>
    `In authentik, open Customization > Property Mappings: if homeauth did not make "${name}", rename yours, or delete it.`,
);
