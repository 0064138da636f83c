import type { Json } from '../state.ts';

/**
 * Turns OpenAPI 3.0 into JSON Schema: `nullable` becomes a type, and objects that list their properties allow no
 * other ones, so that a field of another release is noticed. Python's patterns that JavaScript cannot read go.
 */
export function convert(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(convert);
  if (node === null || typeof node !== 'object') return node;
  const { nullable, discriminator: _discriminator, ...rest } = node as Json;
  const converted = Object.fromEntries(
    Object.entries(rest)
      .filter(([key, value]) => key !== 'pattern' || readable(String(value)))
      .map(([key, value]) => [key, key === 'enum' || key === '$ref' ? value : convert(value)]),
  );
  const closed =
    converted['properties'] && converted['additionalProperties'] === undefined
      ? { ...converted, additionalProperties: false }
      : converted;
  return nullable === true ? { anyOf: [closed, { type: 'null' }] } : closed;
}

/** Every `$ref` in a schema. */
export function referencesOf(node: unknown): string[] {
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : key === 'discriminator' ? [] : referencesOf(value),
  );
}

/** Does `/core/users/{id}/` describe `/core/users/5/`? */
export function describes(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith('{') ? given[index] !== '' : part === given[index]))
  );
}

function readable(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
