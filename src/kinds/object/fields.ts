import type { Field, ObjectSpec } from '../../model/sso.ts';
import type { Authentik, How } from '../../world/authentik/api.ts';
import { missing } from '../authentik.ts';

/** A row of whatever collection, as it travels. */
export type AnyRow = Readonly<Record<string, unknown>>;
export type Fields = ObjectSpec['fields'];

interface Target {
  readonly collection: 'flows/instances' | 'stages/all' | 'stages/prompt/prompts' | 'policies/all' | 'core/groups';
  readonly what: string;
  readonly where: string;
}

const flow: Target = { collection: 'flows/instances', what: 'flow', where: 'Flows and Stages > Flows' };
const stage: Target = { collection: 'stages/all', what: 'stage', where: 'Flows and Stages > Stages' };

/** Fields that hold the id of another object, or several: here they are told by its name. */
const references: Readonly<Record<string, Target>> = {
  authorization_flow: flow,
  invalidation_flow: flow,
  flow_recovery: flow,
  recovery_flow: flow,
  enrollment_flow: flow,
  configuration_stages: stage,
  fields: { collection: 'stages/prompt/prompts', what: 'prompt', where: 'Flows and Stages > Prompts' },
  validation_policies: { collection: 'policies/all', what: 'policy', where: 'Customization > Policies' },
  create_users_group: { collection: 'core/groups', what: 'group', where: 'Directory > Groups' },
};

export const pointsToFlow = (field: string): boolean => references[field] === flow;

/** These fields of a row, with names for ids. One that this release does not know is left out. */
export async function fieldsOf(row: AnyRow, wanted: readonly string[], authentik: Authentik): Promise<Fields> {
  const known = wanted.filter((field) => row[field] !== undefined);
  const entries = known.map(async (field) => [field, await told(field, row[field], authentik)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function told(field: string, value: unknown, authentik: Authentik): Promise<Field> {
  const target = references[field];
  if (!target || value === null) return value as Field;
  const rows = await rowsOf(target, authentik);
  const name = (pk: unknown): string => rows.find((row) => row.pk === pk)?.name ?? String(pk);
  return Array.isArray(value) ? value.map(name) : name(value);
}

/** The fields as they are sent, with ids for names. @throws Failure where authentik has nothing of that name */
export async function bodyOf(fields: Fields, authentik: Authentik): Promise<Record<string, unknown>> {
  const entries = Object.entries(fields).map(
    async ([field, value]) => [field, await sent(field, value, authentik)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function sent(field: string, value: Field, authentik: Authentik): Promise<unknown> {
  const target = references[field];
  if (!target || value === null) return value;
  const rows = await rowsOf(target, authentik, 'known');
  const pk = (name: unknown): string =>
    rows.find((row) => row.name === name)?.pk ?? missing(target.what, String(name), target.where);
  return Array.isArray(value) ? value.map(pk) : pk(value);
}

async function rowsOf(
  { collection }: Target,
  authentik: Authentik,
  how?: How,
): Promise<{ pk: string; name: string }[]> {
  if (collection !== 'flows/instances') return [...(await authentik.list(collection, how))];
  return (await authentik.list(collection, how)).map(({ pk, slug }) => ({ pk, name: slug }));
}

/** Whether two values mean the same: authentik keeps lists in no order. */
export const alike = (a: Field | undefined, b: Field | undefined): boolean => plain(a) === plain(b);

const plain = (value: Field | undefined): string => JSON.stringify(Array.isArray(value) ? value.toSorted() : value);

/** Those of `want` that are otherwise in `have`; what `have` does not know cannot be put right. */
export const unlike = (want: Fields, have: Fields): [field: string, value: Field][] =>
  Object.entries(want).filter(([field, value]) => field in have && !alike(value, have[field]));
