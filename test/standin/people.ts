import type { Application, Binding, Group, State, User } from './state.ts';

/** These groups, and all that are above them. */
export function withParents(state: Pick<State, 'groups'>, groups: readonly Group[]): Group[] {
  const found = new Map<string, Group>();
  const add = (group: Group): void => {
    if (found.has(group.pk)) return;
    found.set(group.pk, group);
    for (const parent of state.groups.filter((one) => group.parents.includes(one.pk))) add(parent);
  };
  for (const group of groups) add(group);
  return [...found.values()];
}

/** The groups a user is a member of, parents of those groups included. */
export const groupsOf = (state: State, user: User): Group[] =>
  withParents(
    state,
    state.groups.filter((one) => one.users.includes(user.pk)),
  );

export const isSuperuser = (state: State, user: User): boolean =>
  groupsOf(state, user).some((group) => group.is_superuser);

/** Whether the application's bindings let a user in; no binding lets everybody in, and superusers are not excepted. */
export function mayEnter(state: State, application: Application, user: User): boolean {
  const bindings = state.bindings.filter((one) => one.target === application.pk && one.enabled);
  if (bindings.length === 0) return true;
  const answers = bindings.map((one) => passes(state, one, user));
  return application.policy_engine_mode === 'all' ? answers.every(Boolean) : answers.some(Boolean);
}

function passes(state: State, binding: Binding, user: User): boolean {
  const hit = binding.group
    ? groupsOf(state, user).some((group) => group.pk === binding.group)
    : binding.user === user.pk;
  return hit !== binding.negate;
}
