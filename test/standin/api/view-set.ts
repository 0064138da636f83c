import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import type { State } from '../state.ts';
import type { Access } from './auth.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { byPk, missing } from './lookup.ts';
import { type Listing, list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';

/** Objects of one sort, as Django REST framework serves them: a list, and an address for each of them below it. */
interface ViewSet<T, Input> extends Omit<Listing<T>, 'rows' | 'show'> {
  path: string;
  /** What a "not found" calls it. */
  model: string;
  rows: (call: Call) => readonly T[];
  show: (call: Call, one: T) => unknown;
  /** The field by which an address names one; its id where nothing is said. */
  key?: keyof T & string;
  /** The one that an address names, where no field alone tells. */
  named?: (call: Call) => T;
  /** What a request sends, checked; without it nothing can be changed. */
  read?: (call: Call, partial: boolean, self?: T) => Partial<Input>;
  make?: (call: Call, input: Partial<Input>) => T;
  /** Keeps a change; without it every field is taken as it was sent. */
  save?: (call: Call, one: T, input: Partial<Input>) => void;
  remove?: (call: Call, one: T) => void;
  /** Whom it is for; for administrators where nothing is said. */
  access?: Access;
}

export function viewSet<T extends { pk: string | number }, Input = T>(set: ViewSet<T, Input>): Route[] {
  const { path, model, rows, key = 'pk', read, make, remove, access, ...listing } = set;
  const {
    named = (call) =>
      key === 'pk'
        ? byPk(call, rows(call), model)
        : (rows(call).find((one) => one[key] === call.params[key]) ?? missing(model)),
  } = set;
  const { save = (_, one, input) => Object.assign(one, input) } = set;
  const change =
    (partial: boolean): Handler =>
    (call) => {
      const one = named(call);
      save(call, one, read?.(call, partial, one) ?? {});
      return json(200, set.show(call, one));
    };
  return [
    route(
      path,
      {
        GET: (call) => list(call, { ...listing, rows: rows(call), show: (one) => set.show(call, one) }),
        ...(make && { POST: (call) => json(201, set.show(call, make(call, read?.(call, false) ?? {}))) }),
      },
      access,
    ),
    route(
      `${path}:${key}/`,
      {
        GET: (call) => json(200, set.show(call, named(call))),
        ...(read && { PUT: change(false), PATCH: change(true) }),
        ...(remove && {
          DELETE: (call) => {
            remove(call, named(call));
            return noContent();
          },
        }),
      },
      access,
    ),
  ];
}

/** Reads the fields that objects of a sort have. */
export const reader =
  <T>(fieldsFor: (state: State, self?: T) => Fields) =>
  (call: Call, partial: boolean, self?: T): Partial<T> =>
    readFields<T>(bodyOf(call), fieldsFor(call.state, self), partial);
