import { byName, objectKind } from './object/object.ts';

/** One field of a form. */
export const promptKind = objectKind(
  { noun: 'prompt', isPart: true },
  (name) => byName('stages/prompt/prompts', name),
  (name) =>
    `In authentik, open Flows and Stages > Prompts: if homeauth did not make "${name}", rename yours, or delete it.`,
);
