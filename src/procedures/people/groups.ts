import { nearest } from '../../config/nearest.ts';
import { groupNames } from '../../desired/sso.ts';
import { Failure } from '../../model/failure.ts';
import type { Row } from '../../world/authentik/schema.ts';
import type { Installation } from '../installation.ts';

/**
 * authentik's groups of these names, in their order.
 * @throws Failure group-unknown
 */
export async function groupsNamed(
  { world, config, source }: Pick<Installation, 'world' | 'config' | 'source'>,
  names: readonly string[],
): Promise<readonly Row<'core/groups'>[]> {
  const groups = await world.authentik.list('core/groups', 'fresh');
  const declared = groupNames(config);
  return names.map((name) => {
    const found = groups.find((group) => group.name === name);
    if (found) return found;
    throw new Failure({ code: 'group-unknown', ...words(name, declared, groups, source) });
  });
}

function words(name: string, declared: readonly string[], groups: readonly { name: string }[], source: string) {
  if (declared.includes(name)) {
    return { problem: `The group "${name}" is not made yet.`, fix: `${source} names it. Make it: homeauth apply` };
  }
  const all = groups.map((group) => group.name);
  const near = nearest(name, all);
  return {
    problem: `There is no group "${name}".${near ? ` Did you mean "${near}"?` : ''}`,
    why: `There are: ${all.join(', ')}.`,
    fix: `To have it, write it below groups: in ${source}, then: homeauth apply`,
  };
}
