import { setValue } from '../config/edit.ts';
import { type Edit, type Installation, openInstallation } from './installation.ts';

/** homeauth.yaml with one of its policies switched on: the edit, and the installation as it would then be. */
export function withPolicy(
  before: Installation,
  policy: keyof Installation['config']['policies'],
): { edit: Edit; after: Installation } | undefined {
  if (before.config.policies[policy]) return undefined;
  const edit: Edit = (text) => setValue(text, ['policies', policy], true, before.source);
  return { edit, after: openInstallation(edit(before.text), before.source, before.surroundings) };
}
