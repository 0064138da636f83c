import { Failure, insteadOf } from '../model/failure.ts';
import type { Observed } from '../model/resource.ts';
import type { Authentik } from '../world/authentik/api.ts';
import type { Collection, Row } from '../world/authentik/schema.ts';
import type { World } from '../world/world.ts';

/**
 * What `look` finds in authentik; nothing found is absent, and an authentik that is still coming up is unknown.
 * @throws Failure where authentik will never answer us by itself
 */
export async function lookInto<S>(
  { authentik }: World,
  look: (authentik: Authentik) => Promise<S | undefined>,
): Promise<Observed<S>> {
  const reach = await authentik.reach();
  if (reach.is === 'starting') {
    const { because, line, failure } = reach;
    return { is: 'unknown', because, ...(line !== undefined && { line }), ...(failure && { failure }) };
  }
  if (reach.is === 'refused') throw reach.failure;
  const spec = await look(authentik);
  return spec === undefined ? { is: 'absent' } : { is: 'present', spec };
}

/** A row as it is known, or else as a look finds it: for its id. */
export async function rowIn<C extends Collection>(
  authentik: Authentik,
  collection: C,
  isIt: (row: Row<C>) => boolean,
): Promise<Row<C> | undefined> {
  return (await authentik.list(collection, 'known')).find(isIt) ?? (await authentik.list(collection)).find(isIt);
}

export async function groupNamed({ authentik }: World, name: string) {
  const row = await rowIn(authentik, 'core/groups', (one) => one.name === name);
  return row ?? missing('group', name, 'Directory > Groups');
}

export function userNamed({ authentik }: World, username: string) {
  return rowIn(authentik, 'core/users', (row) => row.username === username);
}

export async function providerNamed(
  { authentik }: World,
  name: string,
  collection: 'providers/proxy' | 'providers/oauth2' | 'providers/ldap',
) {
  const row = await rowIn(authentik, collection, (one) => one.name === name);
  return row ?? missing('provider', name, 'Applications > Providers');
}

/** A token by its identifier. The list of all is long: each outpost, and each link by mail, has one there. */
export function tokenCalled(authentik: Authentik, identifier: string): Promise<Row<'core/tokens'> | undefined> {
  return authentik
    .get<Row<'core/tokens'>>(`core/tokens/${identifier}`)
    .catch(insteadOf('authentik-not-found', undefined));
}

/** Puts a user into a group; being in it already is fine. */
export async function join({ authentik }: World, user: number, group: string): Promise<void> {
  await authentik.call('POST', `core/groups/${group}/add_user`, { pk: user }, ['core/groups', 'core/users']);
}

export function missing(what: string, name: string, where: string): never {
  throw lacks(what, name, where);
}

export const lacks = (what: string, name: string, where: string): Failure =>
  new Failure({
    code: 'authentik-part-missing',
    problem: `authentik has no ${what} "${name}".`,
    why: 'Another object needs it, and homeauth does not create it in this step.',
    fix: `Look under ${where} in authentik, then run the command again.`,
  });
