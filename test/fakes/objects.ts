import type { State } from '../standin/state.ts';
import type { FakeWorld } from './world.ts';

/** What is in authentik's database. */
export async function databaseOf({ docker }: FakeWorld): Promise<State> {
  const state = await [...docker.databases.values()].at(-1)?.store.read();
  if (!state) throw new Error('there is no database');
  return state;
}

/** Names of everything in authentik that homeauth could have made, each as often as it is there. */
export async function objectsIn(fake: FakeWorld) {
  const { users, groups, tokens, providers, applications, bindings, outposts } = await databaseOf(fake);
  const nameOf = (pk: number) => providers.find((one) => one.pk === pk)?.name ?? '';
  return {
    // The outpost's own user and token come with it.
    users: users.map(({ username }) => username).filter((name) => !name.startsWith('ak-outpost-')),
    groups: groups.map(({ name }) => name),
    tokens: tokens.map(({ identifier }) => identifier).filter((name) => !name.startsWith('ak-outpost-')),
    providers: providers.map(({ name }) => name),
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
