import type { Call } from '../http/call.ts';
import { refuse } from '../http/reply.ts';
import type { Json } from '../state.ts';
import { unique } from './checks.ts';
import { isUuid } from './paging.ts';

/** How one field of a request body is read, in DRF's manner. `check` returns a sentence when the value is wrong. */
interface Field {
  type: 'text' | 'bool' | 'int' | 'number' | 'object' | 'any' | 'list' | 'ref' | 'refs';
  required?: true;
  blank?: true;
  nullable?: true;
  choices?: readonly string[];
  check?: (value: string) => string | undefined;
  /** The ids that exist, for references. */
  known?: () => readonly (string | number)[];
}

export type Fields = Record<string, Field>;

/** A text that no other of them has. */
export const uniqueText = <K extends string>(
  name: K,
  others: readonly Record<K, string>[],
  sentence: string,
): Field => ({
  type: 'text',
  required: true,
  check: unique(() => others.map((one) => one[name]), sentence),
});

/** The request's JSON object. Anything else is refused as DRF does. */
export function bodyOf(call: Call): Json {
  const type = (call.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (call.raw.length === 0) return {};
  if (type !== 'application/json') refuse(415, { detail: `Unsupported media type "${type}" in request.` });
  let value: unknown;
  try {
    value = JSON.parse(call.raw.toString());
  } catch {
    refuse(400, { detail: 'JSON parse error - unexpected character: line 1 column 2 (char 1)' });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'list' : value === null ? 'NoneType' : pythonType(value);
    refuse(400, { non_field_errors: [`Invalid data. Expected a dictionary, but got ${kind}.`] });
  }
  return value as Json;
}

/** The known fields of a body, checked. Unknown ones are dropped in silence; `partial` asks for none (PATCH). */
export function readFields<T>(body: Json, fields: Fields, partial: boolean): Partial<T> {
  const errors = fieldErrors(body, fields, partial);
  if (Object.keys(errors).length > 0) refuse(400, errors);
  const known = Object.entries(body).filter(([name]) => name in fields);
  return Object.fromEntries(known.map(([name, value]) => [name, asText(value, fields[name])])) as Partial<T>;
}

/** DRF takes a number where a text is asked for. */
const asText = (value: unknown, field: Field | undefined): unknown =>
  field?.type === 'text' && typeof value === 'number' ? String(value) : value;

export function fieldErrors(body: Json, fields: Fields, partial: boolean): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = body[name];
    const problem =
      value === undefined
        ? field.required && !partial
          ? 'This field is required.'
          : undefined
        : value === null
          ? field.nullable
            ? undefined
            : 'This field may not be null.'
          : wrong(value, field);
    if (problem) errors[name] = [problem];
  }
  return errors;
}

function wrong(given: unknown, field: Field): string | undefined {
  const value = asText(given, field);
  switch (field.type) {
    case 'text':
      if (typeof value !== 'string') return 'Not a valid string.';
      if (value === '' && !field.blank) return 'This field may not be blank.';
      if (field.choices && !field.choices.includes(value)) return `"${value}" is not a valid choice.`;
      return value === '' ? undefined : field.check?.(value);
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'Must be a valid boolean.';
    case 'int':
      return Number.isInteger(value) ? undefined : 'A valid integer is required.';
    case 'number':
      return typeof value === 'number' ? undefined : 'A valid number is required.';
    case 'list': {
      if (!Array.isArray(value)) return `Expected a list of items but got type "${pythonType(value)}".`;
      const strange = value.find((one) => !field.choices?.includes(one));
      return strange === undefined ? undefined : `"${strange}" is not a valid choice.`;
    }
    case 'object':
      return typeof value === 'object' && !Array.isArray(value) ? undefined : 'Value must be valid JSON.';
    case 'any':
      return undefined;
    case 'ref':
      return badRef(value, field);
    case 'refs':
      if (!Array.isArray(value)) return `Expected a list of items but got type "${pythonType(value)}".`;
      return value.map((one) => badRef(one, field)).find((problem) => problem !== undefined);
  }
}

function badRef(value: unknown, field: Field): string | undefined {
  const known = field.known?.() ?? [];
  if (known.includes(value as string | number)) return undefined;
  const numbers = known.length > 0 ? typeof known[0] === 'number' : typeof value === 'number';
  if (numbers) {
    return typeof value === 'number'
      ? `Invalid pk "${value}" - object does not exist.`
      : `Incorrect type. Expected pk value, received ${pythonType(value)}.`;
  }
  if (typeof value !== 'string' || !isUuid(value)) return `“${value}” is not a valid UUID.`;
  return `Invalid pk "${value}" - object does not exist.`;
}

export function pythonType(value: unknown): string {
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return Array.isArray(value) ? 'list' : value === null ? 'NoneType' : 'dict';
}
