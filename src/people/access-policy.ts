import type { App } from '../config/config.ts';
import type { Row } from '../world/authentik/schema.ts';
import type { Account } from './accounts.ts';

interface Matter {
  readonly app: App;
  readonly account: Account;
  readonly application: Row<'core/applications'>;
  readonly bindings: readonly Row<'policies/bindings'>[];
  readonly groups: readonly Row<'core/groups'>[];
}

interface Ruling {
  readonly passes: boolean | undefined;
  readonly because: readonly string[];
}

/**
 * What an application's rules say about somebody. No rule lets everybody in, being an administrator changes nothing,
 * and members of a group are members of the groups above it. Source: recordings 02 and 04. Pure.
 */
export function evaluate(matter: Matter): Ruling {
  const { app, account, application } = matter;
  const rules = matter.bindings.filter(({ target, enabled }) => target === application.pk && enabled !== false);
  const missing = notYet(matter, rules);
  if (rules.length === 0) return { passes: true, because: [...missing, openToAll(app)] };
  const member = memberships(account, matter.groups);
  const answers = rules.map((rule) => ({ rule, hit: hits(rule, account, member) }));
  const isAll = application.policy_engine_mode === 'all';
  const decided = answers.map(({ hit }) => hit);
  const passes = isAll ? all(decided) : any(decided);
  const telling = answers.filter(({ hit }) => passes === undefined || hit === passes);
  const words = telling.map(({ rule, hit }) => sentence(rule, hit, account, matter.groups));
  const admin = passes === false && account.is_superuser ? ['Administrators are no exception.'] : [];
  return { passes, because: [...missing, ...new Set(words), ...admin] };
}

const any = (all: readonly (boolean | undefined)[]): boolean | undefined =>
  all.includes(true) ? true : all.includes(undefined) ? undefined : false;
const all = (every: readonly (boolean | undefined)[]): boolean | undefined =>
  every.includes(false) ? false : every.includes(undefined) ? undefined : true;

function openToAll({ name, mode }: App): string {
  if (mode === 'app') return `${name} has no rule: everyone with an account gets in.`;
  return `${name} is covered by the whole domain, which has no rules for single apps: everyone with an account gets in.`;
}

/** A rule that homeauth.yaml wants and authentik does not have. */
function notYet({ app, groups }: Matter, rules: readonly Row<'policies/bindings'>[]): string[] {
  const group = app.group && groups.find(({ name }) => name === app.group);
  const isThere = rules.some((rule) => group && rule.group === group.pk && !rule.negate);
  if (!app.group || isThere) return [];
  return [
    `homeauth.yaml keeps ${app.name} for "${app.group}", and authentik has no such rule: homeauth apply makes it.`,
  ];
}

/** The groups somebody is in, and those above them. */
function memberships(account: Account, groups: readonly Row<'core/groups'>[]): ReadonlySet<string> {
  const found = new Set(account.groups ?? []);
  for (const pk of found) for (const parent of groups.find((one) => one.pk === pk)?.parents ?? []) found.add(parent);
  return found;
}

/** Whether a rule lets somebody in; undefined where a policy decides, which only authentik can run. */
function hits(rule: Row<'policies/bindings'>, account: Account, member: ReadonlySet<string>): boolean | undefined {
  if (!rule.group && !rule.user) return undefined;
  const isMeant = rule.group ? member.has(rule.group) : rule.user === account.pk;
  return isMeant !== (rule.negate ?? false);
}

function sentence(
  rule: Row<'policies/bindings'>,
  hit: boolean | undefined,
  { username }: Account,
  groups: readonly Row<'core/groups'>[],
): string {
  const group = groups.find(({ pk }) => pk === rule.group)?.name;
  if (hit === undefined)
    return `The policy "${rule.policy_obj?.name ?? 'unknown'}" decides, and only authentik can run it.`;
  if (group !== undefined) {
    if (rule.negate)
      return hit
        ? `Members of "${group}" are kept out, and ${username} is none.`
        : `Members of "${group}" are kept out.`;
    return hit
      ? `${username} is in the group "${group}", which may open it.`
      : `Only members of "${group}" get in, and ${username} is none.`;
  }
  const isNamed = hit !== (rule.negate ?? false);
  return isNamed
    ? `A rule ${hit ? 'lets in' : 'keeps out'} ${username} by name.`
    : `A rule lets in somebody else by name.`;
}
