import { nearest } from '../config/nearest.ts';
import { groupNames } from '../desired/sso.ts';
import type { Installation } from '../installation/installation.ts';
import { Failure } from '../model/failure.ts';
import type { Row } from '../world/authentik/schema.ts';

/**
 * authentik's groups of these names, in their order and each once.
 * @throws Failure group-unknown
 */
export async function groupsNamed(
  { world, config, source }: Pick<Installation, 'world' | 'config' | 'source'>,
  names: readonly string[],
): Promise<readonly Row<'core/groups'>[]> {
  const groups = await world.authentik.list('core/groups', 'fresh');
  return [...new Set(names)].map((name) => {
    const found = groups.find((group) => group.name === name);
    if (found) return found;
    throw unknown(name, groupNames(config), groups, source);
  });
}

function unknown(
  name: string,
  declared: readonly string[],
  groups: readonly { readonly name: string }[],
  source: string,
): Failure {
  const all = groups.map((group) => group.name);
  const near = nearest(name, all);
  const isDeclared = declared.includes(name);
  return new Failure({
    code: 'group-unknown',
    problem: isDeclared
      ? `The group "${name}" is not made yet.`
      : `There is no group "${name}".${near ? ` Did you mean "${near}"?` : ''}`,
    why: isDeclared ? `${source} names it.` : `There are: ${all.join(', ')}.`,
    fix: isDeclared
      ? 'Make it: homeauth apply'
      : `To have it, add it to the list "groups" in ${source}, then: homeauth apply`,
  });
}
