import type { Json, State } from '../standin/state.ts';
import type { FakeWorld } from './world.ts';

/** What is in authentik's database: the newest whose directory is there. */
export async function databaseOf({ docker, files }: FakeWorld): Promise<State> {
  const there: State[] = [];
  for (const [directory, { store }] of docker.databases) {
    const state = (await files.stat(`${directory}/PG_VERSION`)) && (await store.read());
    if (state) there.push(state);
  }
  const state = there.at(-1);
  if (!state) throw new Error('there is no database');
  return state;
}

/** Names of everything in authentik that homeauth could have made, each as often as it is there. */
export async function objectsIn(fake: FakeWorld) {
  const { users, groups, tokens, providers, oauthProviders, mappings, applications, bindings, outposts } =
    await databaseOf(fake);
  const nameOf = (pk: number) => providers.find((one) => one.pk === pk)?.name ?? '';
  return {
    // The outpost's own user and token come with it.
    users: users.map(({ username }) => username).filter((name) => !name.startsWith('ak-outpost-')),
    groups: groups.map(({ name }) => name),
    tokens: tokens.map(({ identifier }) => identifier).filter((name) => !name.startsWith('ak-outpost-')),
    providers: providers.map(({ name }) => name),
    speaking: oauthProviders.map(({ name }) => name),
    mappings: mappings.filter(({ managed }) => managed === null).map(({ name }) => name),
    applications: applications.map(({ slug }) => slug),
    bindings: bindings
      .filter(({ target, group }) => group && applications.some(({ pk }) => pk === target))
      .map(({ target, group }) => {
        const application = applications.find(({ pk }) => pk === target);
        return `${application?.slug}/${groups.find(({ pk }) => pk === group)?.name}`;
      }),
    served: outposts.flatMap((outpost) => outpost.providers.map(nameOf)),
  };
}

/** What differs between two databases that are the same to whoever uses them: keys, moments, what the server made. */
const ownOf = [
  ...['pk', 'num_pk', 'uuid', 'uid', 'brand_uuid', 'last_login', 'date_joined', 'last_updated'],
  ...['password_change_date', 'expires', 'client_id', 'client_secret', 'key'],
];

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}$/;

/** Everything about them, with names in the place of keys: two machines can be compared. One line each, sorted. */
export async function detailsIn(fake: FakeWorld): Promise<Readonly<Record<string, readonly string[]>>> {
  const state = await databaseOf(fake);
  const names = new Map<unknown, string>();
  const called = (rows: readonly object[], field: string) => {
    for (const row of rows as readonly Json[]) names.set(row['pk'], `<${row[field]}>`);
  };
  // Numbers are not unique over the tables, so those are looked up where it is known of what they are.
  called(state.groups, 'name');
  called(state.applications, 'slug');
  called(state.flows, 'slug');
  called(state.mappings, 'name');
  called(state.policies, 'name');
  called(state.stages, 'name');
  called(state.prompts, 'name');
  for (const { pk, policybindingmodel_ptr_id, target, stage } of state.stageBindings) {
    const name = `<${names.get(target)}/${names.get(stage)}>`;
    names.set(pk, name).set(policybindingmodel_ptr_id, name);
  }
  const numbered = (rows: readonly object[], field: string) =>
    new Map((rows as readonly Json[]).map((row) => [row['pk'] as number, `<${row[field]}>`]));
  const providers = numbered([...state.providers, ...state.oauthProviders], 'name');
  const users = numbered(state.users, 'username');
  const tables: Readonly<Record<string, ReadonlyMap<number, string>>> = {
    provider: providers,
    providers,
    users,
    user: users,
  };
  const shown = (field: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((one) => shown(field, one)).toSorted();
    if (field === 'config') return Object.entries(value as Json).map(([name, one]) => [name, shown(name, one)]);
    if (typeof value === 'number') return tables[field]?.get(value) ?? value;
    const name = names.get(value);
    return name ?? (typeof value === 'string' && uuid.test(value) ? '<key>' : value);
  };
  const lines = (rows: readonly object[]) =>
    rows
      .map((row) => {
        const fields = Object.entries(row).filter(([field]) => !ownOf.includes(field));
        return JSON.stringify(
          Object.fromEntries(
            fields.map(([field, value]) => [field, field === 'password' ? value !== null : shown(field, value)]),
          ),
        );
      })
      .filter((line) => !line.includes('ak-outpost-'))
      .toSorted();
  const { groups, tokens, applications, bindings, outposts, brands, settings } = state;
  return {
    users: lines(state.users),
    groups: lines(groups),
    tokens: lines(tokens),
    providers: lines([...state.providers, ...state.oauthProviders]),
    mappings: lines(state.mappings),
    applications: lines(applications),
    bindings: lines(bindings),
    flows: lines(state.flows),
    stages: lines(state.stages),
    stageBindings: lines(state.stageBindings),
    policies: lines(state.policies),
    prompts: lines(state.prompts),
    outposts: lines(outposts),
    brands: lines(brands),
    settings: [JSON.stringify(settings), `set up: ${state.setup}`],
  };
}
