import type { Collection } from '../world/authentik/schema.ts';
import { adjustedKind } from './object/adjusted.ts';
import { byName, objectKind, type Place } from './object/object.ts';

/**
 * key: `<sort>/<name>`, the sort being the path of its API below `stages/`: `email/homeauth-recovery-email`.
 * An identification stage takes no change that does not say again how people name themselves; source: recording 06.
 */
function placeOf(key: string): Place {
  const at = key.lastIndexOf('/');
  const place = byName(`stages/${key.slice(0, at)}` as Collection, key.slice(at + 1));
  return key.startsWith('identification/') ? { ...place, resent: ['user_fields', 'sources'] } : place;
}

/** A stage that homeauth makes. */
export const stageKind = objectKind(
  { noun: 'stage', isPart: true },
  placeOf,
  (key) =>
    `In authentik, open Flows and Stages > Stages: if homeauth did not make "${nameOf(key)}", rename yours, or delete it.`,
);

/** Settings of a stage that authentik ships, such as `identification/default-authentication-identification`. */
export const stageSettingsKind = adjustedKind({ noun: 'stage' }, placeOf, {
  what: 'stage',
  where: 'Flows and Stages > Stages',
  hint: (key) => `In authentik, open Flows and Stages > Stages > ${nameOf(key)}, and see what is set there.`,
});

const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** One field of a form. */
export const promptKind = objectKind(
  { noun: 'prompt', isPart: true },
  (name) => byName('stages/prompt/prompts', name),
  (name) =>
    `In authentik, open Flows and Stages > Prompts: if homeauth did not make "${name}", rename yours, or delete it.`,
);
