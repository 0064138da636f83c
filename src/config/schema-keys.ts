import { z } from 'zod';
import { fileSchema } from './file.ts';
import type { Path } from './location.ts';

/** The schema of what stands at a path, its optional and default wrappers taken off. */
export function schemaAt(path: Path): z.ZodType | undefined {
  let schema: z.ZodType | undefined = fileSchema;
  for (const step of path) {
    const inner: unknown = unwrap(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(step)] as z.ZodType | undefined;
    else schema = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
  }
  return schema;
}

/** The keys that the schema knows below a path. */
export function keysAt(path: Path): readonly string[] {
  const inner = unwrap(schemaAt(path));
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The section that a key which stands in the wrong place belongs to; '' is the top. */
export function sectionOf(key: string): string | undefined {
  return ['', 'admin', 'authentik', 'mail', 'policies'].find((section) =>
    keysAt(section === '' ? [] : [section]).includes(key),
  );
}

/** True for a key that has no default. */
export function isNeeded(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && !schema.safeParse(undefined).success;
}

/** The first example that the schema gives. */
export function exampleOf(schema: z.ZodType | undefined): string | undefined {
  const examples = schema?.meta()?.['examples'];
  return Array.isArray(examples) ? String(examples[0]) : undefined;
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap());
  return schema instanceof z.ZodUnion ? schema.options.at(-1) : schema;
}
