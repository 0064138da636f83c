import type { Document } from 'yaml';
import { z } from 'zod';
import { fileSchema } from './homeauth-yaml.ts';
import { keyRange, type Path, valueRange } from './location.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import { quote, type Refusal } from './refusal.ts';
import { checkPort } from './upstream.ts';

type Issue = z.core.$ZodIssue;

/** A schema issue at its full path. */
export interface Located {
  readonly issue: Issue;
  readonly path: Path;
}

/** The issues that are really meant: of the one union, an entry of `apps`, only the branch of what was written. */
export function leaves(issue: Issue, data: unknown, above: Path = []): Located[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code !== 'invalid_union') return [{ issue, path }];
  const branch = issue.errors[typeof valueAt(data, path) === 'string' ? 0 : 1] ?? [];
  return branch.flatMap((inner) => leaves(inner, data, path));
}

/** The problems that an issue stands for, in words. `data` is the whole file. */
export function explain({ issue, path }: Located, data: unknown, document: Document.Parsed): Problem[] {
  const value = valueAt(data, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      // Looking up a place takes as long as the map is; a file with more strangers than that is another file.
      return issue.keys.slice(0, 100).map((key) => unknownKey(key, path, document));
    case 'invalid_value':
      return [notOneOf(issue.values.map(String), value, path, document)];
    case 'custom':
      return [refused(value, issue.params as unknown as Refusal, path, document)];
    case 'invalid_key':
      return [refusedKey(issue.issues[0] as Issue & { params?: unknown }, path, document)];
    case 'too_small':
    case 'too_big':
      return [refused(value, checkPort(String(value)) ?? unexpected, path, document)];
    case 'invalid_type':
      return [wrongType(issue.expected, value, path, document)];
    default:
      return [refused(value, { problem: `is not accepted: ${issue.message}`, fix: 'Correct it.' }, path, document)];
  }
}

/** `mode: "x" has …`, at the value. */
export function refused(value: unknown, refusal: Refusal, path: Path, document: Document.Parsed): Problem {
  return {
    ...placed(valueRange(document, path)),
    problem: `${label(path)}: ${show(value)} ${refusal.problem}.`,
    ...(refusal.why === undefined ? {} : { why: refusal.why }),
    fix: refusal.fix,
  };
}

function refusedKey({ params }: { params?: unknown }, path: Path, document: Document.Parsed): Problem {
  return {
    ...refused(path.at(-1), params as Refusal, path.slice(0, -1), document),
    ...placed(keyRange(document, path)),
  };
}

const unexpected: Refusal = { problem: 'is out of range', fix: 'Correct it.' };

function unknownKey(key: string, path: Path, document: Document.Parsed): Problem {
  const keys = keysAt(path);
  const meant = nearest(key, keys);
  const section = meant === undefined ? sectionOf(key) : undefined;
  const secret = /password|secret|token|api-?_?key/i.test(key);
  return {
    ...placed(keyRange(document, [...path, key])),
    problem: `${quote(key).slice(1, -1)} is not a key here.`,
    ...(secret ? { why: 'Secrets are never kept in this file.' } : {}),
    ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?`, meant: [...path, meant].join('.') }),
    fix: fixFor(),
  };
  function fixFor(): string {
    if (secret && path[0] === 'mail') return 'Put the password in a file of its own and name it with password-file.';
    if (meant !== undefined) return `Write ${meant}, or delete it.`;
    if (section !== undefined) return `It belongs ${section === '' ? 'at the left edge' : `below ${section}`}.`;
    return `Delete it. Known here: ${keys.join(', ')}.`;
  }
}

function notOneOf(values: readonly string[], value: unknown, path: Path, document: Document.Parsed): Problem {
  const meant = typeof value === 'string' ? nearest(value, values) : undefined;
  const list = values.join(', ');
  if (value === undefined || value === null) return wrongType('string', value, path, document);
  return {
    ...placed(valueRange(document, path)),
    problem: `${label(path)}: ${show(value)} is not a ${label(path)}.`,
    hint: meant === undefined ? `(${list})` : `did you mean "${meant}"?  (${list})`,
    fix: meant === undefined ? `Write one of: ${list}.` : `Write ${meant}.`,
  };
}

function missing(path: Path, document: Document.Parsed): Problem {
  const needed = keysAt(path).filter((key) => isNeeded(schemaAt([...path, key])));
  const example = exampleOf(schemaAt(path)) ?? 'VALUE';
  return {
    // With the whole file above it there is no line to blame.
    ...(path.length > 1 ? placed(valueRange(document, path)) : {}),
    missing: path.join('.'),
    problem: `${path.join('.')} is missing.`,
    fix:
      needed.length > 0
        ? `Add ${label(path)}: with ${needed.join(' and ')} below it.`
        : `Add a line like ${label(path)}: ${example}`,
  };
}

function wrongType(expected: string, value: unknown, path: Path, document: Document.Parsed): Problem {
  if (value === undefined) return missing(path, document);
  if (value === null) {
    const fix = 'Write a value behind the colon, or delete the line.';
    return { ...placed(valueRange(document, path)), problem: `${label(path)} has no value.`, fix };
  }
  if (path.length === 0) {
    return {
      problem: 'The file is not a map of keys.',
      fix: 'Begin each line at the left edge with a key, as in domain: home.example.com',
    };
  }
  return refused(value, typeRefusal(expected, value, path), path, document);
}

function typeRefusal(expected: string, value: unknown, path: Path): Refusal {
  switch (expected) {
    case 'boolean': {
      const meant = /^(y|yes|on|1)$/i.test(String(value))
        ? 'true'
        : /^(n|no|off|0)$/i.test(String(value))
          ? 'false'
          : undefined;
      return { problem: 'is neither true nor false', fix: `Write ${meant ?? 'true or false'}, without quotes.` };
    }
    case 'number':
    case 'int':
      return { problem: 'is not a whole number', fix: 'Write digits, without quotes.' };
    case 'array':
      return {
        problem: 'is not a list',
        fix: `Write each entry on a line of its own below ${label(path)}, with "- " in front.`,
      };
    case 'object':
      return {
        problem: 'has no keys',
        fix: `Write its keys on lines of their own, indented: ${keysAt(path).join(', ')}.`,
      };
    default:
      if (typeof value === 'object') return { problem: 'is not one value', fix: 'Write one value behind the colon.' };
      return { problem: `is a ${typeof value} to YAML`, fix: `Put it in quotes: "${String(value)}".` };
  }
}

/** The last key of a path; entries of a list have none of their own. */
function label(path: Path): string {
  return String(path.findLast((step) => typeof step === 'string') ?? 'homeauth.yaml');
}

function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : String(value);
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | null | undefined)?.[step],
    data,
  );
}

function placed(range: readonly [number, number] | undefined): { range?: readonly [number, number] } {
  return range === undefined ? {} : { range };
}

/** The schema of what stands at a path, its optional and default wrappers taken off. */
function schemaAt(path: Path): z.ZodType | undefined {
  let schema: z.ZodType | undefined = fileSchema;
  for (const step of path) {
    const inner: unknown = unwrap(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(step)] as z.ZodType | undefined;
    else schema = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
  }
  return schema;
}

/** The keys that the schema knows below a path. */
function keysAt(path: Path): readonly string[] {
  const inner = unwrap(schemaAt(path));
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The section that a key which stands in the wrong place belongs to; '' is the top. */
function sectionOf(key: string): string | undefined {
  return ['', 'admin', 'authentik', 'mail', 'policies'].find((section) =>
    keysAt(section === '' ? [] : [section]).includes(key),
  );
}

/** True for a key that has no default. */
function isNeeded(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && !schema.safeParse(undefined).success;
}

/** The first example that the schema gives. */
function exampleOf(schema: z.ZodType | undefined): string | undefined {
  const examples = schema?.meta()?.['examples'];
  return Array.isArray(examples) ? String(examples[0]) : undefined;
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap());
  return schema instanceof z.ZodUnion ? schema.options.at(-1) : schema;
}
