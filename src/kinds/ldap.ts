import { createHash } from 'node:crypto';
import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import type { AppPasswordFound, AppPasswordSpec, LdapOutpostSpec, SearchSpec } from '../model/ldap.ts';
import { changes, differs } from '../model/reason.ts';
import type { Secret } from '../model/secret.ts';
import type { Row } from '../world/authentik/schema.ts';
import type { World } from '../world/world.ts';
import { lookInto, missing, providerNamed, rowIn, tokenCalled, userNamed } from './authentik.ts';
import { byName, objectKind } from './object/object.ts';

/** What an app asks by LDAP: its tree, and the flow that a bind walks. */
export const ldapProviderKind = objectKind(
  { noun: 'LDAP provider', item: (key) => key },
  (name) => byName('providers/ldap', name),
  (name) =>
    `In authentik, open Applications > Providers: if homeauth did not make "${name}", rename yours, or delete it.`,
);

/** An account that no person has, known by its user name. */
export const serviceAccountKind = objectKind(
  { noun: 'service account', isPart: true },
  (username) => ({
    collection: 'core/users',
    find: (rows) => rows.find((row) => row['username'] === username),
    id: (row) => String(row['pk']),
    called: { username },
  }),
  (username) =>
    `In authentik, open Directory > Users: if "${username}" is a person, give them another user name, then run the command again.`,
);

/** By what a password is recognised: it is long and random, so this tells nothing of it. */
const markOf = (password: Secret): string => createHash('sha256').update(password.reveal()).digest('hex').slice(0, 12);

/**
 * The password of a service account. authentik notes each look at a key, so the one that is there is told by a mark in
 * its description.
 */
export const appPasswordKind: Kind<AppPasswordSpec, AppPasswordFound> = {
  told: { noun: 'app password', place: 'in authentik', isPart: true },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const [row, users] = await Promise.all([tokenCalled(authentik, key), authentik.list('core/users')]);
      if (!row) return undefined;
      return {
        username: users.find(({ pk }) => pk === row.user)?.username ?? '',
        mark: /\(([0-9a-f]{12})\)$/.exec(row.description ?? '')?.[1] ?? '',
      };
    }),

  differs: (want, have) => [
    ...changes('user', have.username, want.username),
    ...(want.password && have.mark !== markOf(want.password) ? [differs('key', 'it is another one than on disk')] : []),
  ],

  async apply(key, want, world, have) {
    const { authentik } = world;
    if (!want) return authentik.remove('core/tokens', key);
    if (!want.password) return;
    const user = (await userNamed(world, want.username)) ?? missing('user', want.username, 'Directory > Users');
    // A token keeps its owner for life.
    if (have && have.username !== want.username) await authentik.remove('core/tokens', key);
    if (!have || have.username !== want.username) {
      const body = { identifier: key, intent: 'app_password', user: user.pk, expiring: false } as const;
      await authentik.create('core/tokens', { ...body, description: 'homeauth: by LDAP' });
    }
    await authentik.call('POST', `core/tokens/${key}/set_key`, { key: want.password }, ['core/tokens']);
    // Said last, so that a cut before is seen and made good.
    const description = `homeauth: by LDAP (${markOf(want.password)})`;
    await authentik.update('core/tokens', key, { description });
  },

  hint: (key) =>
    `In authentik, open Directory > Tokens and App passwords and delete "${key}" if it is not homeauth's, then run the command again.`,
};

const search = {
  permission: 'authentik_providers_ldap.search_full_directory',
  codename: 'search_full_directory',
  model: 'authentik_providers_ldap.ldapprovider',
};

interface Assigned {
  readonly results: readonly {
    readonly role_pk: string;
    readonly object_permissions: readonly { readonly codename: string; readonly object_pk: string }[];
  }[];
}

/** An account may see all people in an LDAP provider: without this right it sees itself alone. A role of that name has it. */
export const directorySearchKind: Kind<SearchSpec> = {
  told: { noun: 'right to search', many: 'rights to search', place: 'in authentik', isPart: true },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const [role, provider] = await Promise.all([roleOf(key, world), providerOf(key, world)]);
      if (!role) return undefined;
      const users = await authentik.list('core/users');
      const holder = users.find(({ roles = [] }) => roles.includes(role.pk));
      const may = provider !== undefined && (await isAssigned(role.pk, provider.pk, world));
      return { username: may ? (holder?.username ?? '') : '' };
    }),

  differs: (want, have) =>
    want.username === have.username ? [] : [differs('permissions', `${want.username} may not search`)],

  async apply(key, want, world) {
    const { authentik } = world;
    const found = await roleOf(key, world);
    if (!want) {
      if (found) await authentik.remove('rbac/roles', found.pk);
      return;
    }
    const role = found ?? (await authentik.create('rbac/roles', { name: roleName(key) }));
    const provider = (await providerOf(key, world)) ?? missing('provider', key, 'Applications > Providers');
    const user = (await userNamed(world, want.username)) ?? missing('user', want.username, 'Directory > Users');
    if (!(await isAssigned(role.pk, provider.pk, world))) {
      const body = { permissions: [search.permission], model: search.model, object_pk: String(provider.pk) };
      await authentik.call('POST', `rbac/permissions/assigned_by_roles/${role.pk}/assign`, body, ['rbac/roles']);
    }
    if (!user.roles?.includes(role.pk))
      await authentik.call('POST', `rbac/roles/${role.pk}/add_user`, { pk: user.pk }, ['rbac/roles', 'core/users']);
  },

  hint: (key) => `In authentik, open Directory > Roles > ${roleName(key)}, and see what it may do and who has it.`,
};

const roleName = (provider: string): string => `homeauth ${provider} search`;
const roleOf = (key: string, { authentik }: World) =>
  rowIn(authentik, 'rbac/roles', ({ name }) => name === roleName(key));
const providerOf = (key: string, { authentik }: World) =>
  rowIn(authentik, 'providers/ldap', ({ name }) => name === key);

async function isAssigned(role: string, provider: number, { authentik }: World): Promise<boolean> {
  const found = await authentik.get<Assigned>('rbac/permissions/assigned_by_roles', {
    model: search.model,
    object_pk: String(provider),
  });
  return found.results.some(
    ({ role_pk, object_permissions }) =>
      role_pk === role &&
      object_permissions.some((one) => one.codename === search.codename && one.object_pk === String(provider)),
  );
}

/** An outpost that a container of its own serves. Source: recording 07. */
export const ldapOutpostKind: Kind<LdapOutpostSpec> = {
  told: { noun: 'LDAP outpost', place: 'in authentik', item: (key) => key },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const [row, providers] = await Promise.all([outpostOf(key, world), authentik.list('providers/ldap')]);
      const served = providers.filter(({ pk }) => row?.providers.includes(pk)).map(({ name }) => name);
      return row && { authentikHost: row.config['authentik_host'] ?? '', provider: served.join(', ') };
    }),

  differs: (want, have) => [
    ...changes('authentik_host', have.authentikHost, want.authentikHost),
    ...changes('provider', have.provider, want.provider),
  ],

  async apply(key, want, world) {
    const { authentik } = world;
    const row = await outpostOf(key, world);
    if (!want) return row && remove(row, world);
    const { pk } = await providerNamed(world, want.provider, 'providers/ldap');
    const config = { ...row?.config, authentik_host: want.authentikHost };
    if (row) await authentik.update('outposts/instances', row.pk, { providers: [pk], config });
    else
      await authentik.create('outposts/instances', {
        ...{ name: key, type: 'ldap', providers: [pk], service_connection: null },
        config,
      });
  },

  hint: (key) =>
    `In authentik, open Applications > Outposts: if homeauth did not make "${key}", rename yours, or delete it.`,
};

const outpostOf = (key: string, { authentik }: World) =>
  rowIn(authentik, 'outposts/instances', ({ name }) => name === key);

/**
 * One release stumbles over this, and rolls it back (recording 07). What stays then serves nothing, under a name that
 * nobody looks for: its container is gone, and its provider follows.
 */
async function remove({ pk, name }: Row<'outposts/instances'>, { authentik }: World): Promise<void> {
  try {
    await authentik.remove('outposts/instances', pk);
  } catch (error) {
    if (!(error instanceof Failure) || !(await authentik.list('outposts/instances')).some((one) => one.pk === pk))
      throw error;
    await authentik.update('outposts/instances', pk, { name: `unused: ${name} (${pk})` });
  }
}
