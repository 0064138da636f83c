import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { checks } from '../src/doctor/checks.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/problems.md'), 'utf8');

type Node = Readonly<Record<string, unknown>> & { readonly type: string };
type Literal = { readonly type: string; readonly value?: unknown; readonly name?: string };

function* nodes(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodes(item);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && typeof value.type === 'string') yield value as Node;
    for (const child of Object.values(value)) yield* nodes(child);
  }
}

/** Texts that an expression may come to: a literal, either side of a choice, a template over the names of kinds. */
function texts(value: unknown): string[] {
  const node = value as Node;
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? [node['value']] : [];
  if (node.type === 'ConditionalExpression') return [...texts(node['consequent']), ...texts(node['alternate'])];
  if (node.type === 'LogicalExpression') return [...texts(node['left']), ...texts(node['right'])];
  if (node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression') return texts(node['expression']);
  return [];
}

const nameOf = (value: unknown) => (value as Literal).name ?? (value as Literal).value;

/** Functions whose argument (by its place) is the name of a failure. */
const makers: Readonly<Record<string, number>> = { notReady: 3, unsupported: 0 };

/** A way out that is made elsewhere, and spread in. */
function isWayOut({ type, argument }: Node): boolean {
  const { callee } = (argument ?? {}) as { callee?: Literal };
  return type === 'SpreadElement' && ['bySetting', 'insist'].includes(String(callee?.name));
}

/** Codes of failures; ids that findings are given where they are made. */
function namesIn(text: string, path: string, property: 'code' | 'id'): string[] {
  return [...nodes(parseSync(path, text).program)].flatMap((node): string[] => {
    if (node.type === 'CallExpression') {
      const place = property === 'id' ? undefined : makers[String(nameOf(node['callee']))];
      const given = place === undefined ? undefined : (node['arguments'] as readonly unknown[])[place];
      return given === undefined ? [] : texts(given);
    }
    // A parameter's default: the code that a failure has unless told.
    if (node.type === 'AssignmentPattern' && nameOf(node['left']) === property) return texts(node['right']);
    if (node.type !== 'ObjectExpression') return [];
    const properties = node['properties'] as readonly Node[];
    const value = (name: string) => properties.find(({ key }) => key && nameOf(key) === name)?.['value'];
    const hasFix = value('fix') !== undefined || properties.some(isWayOut);
    const isNamed = value(property) !== undefined && (property === 'code' ? hasFix : value('title') !== undefined);
    return isNamed ? texts(value(property)) : [];
  });
}

const source = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name));
const found = (property: 'code' | 'id', within: RegExp): string[] =>
  source.filter((path) => within.test(path)).flatMap((path) => namesIn(readFileSync(path, 'utf8'), path, property));

const listed = checks.flatMap(({ id, finds = [] }) => [id, ...finds]);
/** The conversation with a mail server has its own steps. */
const ofMail = found('id', /src\/mail\//);
const names = new Set([...listed, ...ofMail, ...found('code', /./)]);

test('every check that finds something is in the list of checks', () => {
  const made = found('id', /\/src\/(doctor|verify|people|mail|lifecycle|installation|proxy)\//);
  expect(made.filter((id) => !names.has(id))).toEqual([]);
});

const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...body] = section.split('\n');
      return [title, body.join('\n').split(/^## /m)[0]?.trim() ?? ''];
    }),
);

test('every problem that homeauth can name has a section', () => {
  expect(names.size).toBeGreaterThan(100);
  expect([...names].filter((name) => !sections.has(name)).toSorted()).toEqual([]);
});

test('every section is about a problem that homeauth can name', () => {
  expect([...sections.keys()].filter((name) => !names.has(name))).toEqual([]);
});

test('no section is a heading alone, none is long', () => {
  const lines = [...sections].map(([name, body]) => [name, body.split('\n').filter(Boolean).length] as const);
  expect(lines.filter(([, count]) => count < 3 || count > 8)).toEqual([]);
});

test('the table of contents names every family, and every family is there', () => {
  const families = [...page.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title);
  const linked = [...page.matchAll(/^- \[(.+?)\]\(#(.+?)\)/gm)].map(([, title = '', anchor]) => {
    expect(anchor).toBe(
      title
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    return title;
  });
  expect(linked).toEqual(families);
});
