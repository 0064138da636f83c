import type { Kind, Telling } from '../../engine/kind.ts';
import { differs, type Reason } from '../../model/reason.ts';
import type { Field, ObjectSpec } from '../../model/sso.ts';
import type { Authentik, How } from '../../world/authentik/api.ts';
import type { Collection } from '../../world/authentik/schema.ts';
import { lookInto } from '../authentik.ts';
import { type AnyRow, bodyOf, fieldsOf, unlike } from './fields.ts';

/** Where an object is kept, and how it is known there. */
export interface Place {
  readonly collection: Collection;
  /** The list that shows it, where that is one of more than this collection. */
  readonly listed?: Collection;
  find(rows: readonly AnyRow[]): AnyRow | undefined;
  /** What its address ends with. */
  id(row: AnyRow): string;
  /** The field that makes a new one known by its name. */
  readonly called: Readonly<Record<string, string>>;
  /** Fields that must travel with every change, or authentik refuses it. */
  readonly resent?: readonly string[];
}

/** A place in a collection whose rows are known by their unique name. */
export const byName = (collection: Collection, name: string): Place => ({
  collection,
  find: (rows) => rows.find((row) => row['name'] === name),
  id: (row) => String(row['pk']),
  called: { name },
});

/** An object of authentik that homeauth makes: known by its name, judged by the fields that homeauth sets. */
export const objectKind = (
  told: Omit<Telling, 'place'>,
  placeOf: (key: string) => Place,
  hint: (key: string) => string,
): Kind<ObjectSpec> & Required<Pick<Kind<ObjectSpec>, 'apply'>> => ({
  told: { ...told, place: 'in authentik' },

  observe: (key, world, want) =>
    lookInto(world, async (authentik) => {
      const row = await rowAt(placeOf(key), authentik);
      return row && { fields: await fieldsOf(row, Object.keys(want?.fields ?? row), authentik) };
    }),

  differs: (want, have) =>
    unlike(want.fields, have.fields).map(([field, value]) => unlikeness(field, have.fields[field], value)),

  async apply(key, want, { authentik }, have) {
    const place = placeOf(key);
    const row = want && !have ? undefined : await rowAt(place, authentik, want ? undefined : 'known');
    if (!want) {
      if (row) await authentik.remove(place.collection, place.id(row));
      return;
    }
    if (row) return change(place, row, want, authentik);
    const body = { ...place.called, ...(await bodyOf(want.fields, authentik)) };
    await authentik.create(place.collection, body as never);
  },

  hint,
});

export async function rowAt(place: Place, authentik: Authentik, how?: How): Promise<AnyRow | undefined> {
  const { collection, listed = collection, find } = place;
  return find((await authentik.list(listed, how)) as readonly unknown[] as readonly AnyRow[]);
}

/** Sends what is not as it should be, and nothing else. */
export async function change(place: Place, row: AnyRow, want: ObjectSpec, authentik: Authentik): Promise<void> {
  const have = await fieldsOf(row, Object.keys(want.fields), authentik);
  const fields = Object.fromEntries(unlike(want.fields, have));
  if (Object.keys(fields).length === 0) return;
  const resent = (place.resent ?? []).map((field) => [field, row[field]]);
  const body = { ...Object.fromEntries(resent), ...(await bodyOf(fields, authentik)) };
  await authentik.update(place.collection, place.id(row), body as never);
}

/** A value too long for a line is not shown. */
const longest = 40;

function unlikeness(field: string, have: Field | undefined, want: Field): Reason {
  const name = field.replaceAll('_', ' ');
  const [is, should] = [have, want].map((value) =>
    value === null || value === undefined || value === ''
      ? 'none'
      : Array.isArray(value)
        ? value.join(', ')
        : `${value}`,
  );
  const fits = [is, should].every((text) => text !== undefined && text.length <= longest && !text.includes('\n'));
  return fits
    ? differs(field, `${name}: ${is} → ${should}`)
    : { ...differs(field, `not the ${name} that homeauth wrote`), reads: 'is' };
}
