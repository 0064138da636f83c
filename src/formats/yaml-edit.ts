import { Document, isCollection, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, Scalar } from 'yaml';
import type { Plain } from '../model/app-setting.ts';

type Keys = readonly (string | number)[];
type Collection = Extract<Node, { items: unknown[] }>;

/** One value that is set; without one, it is taken out, with what is empty without it. */
export interface YamlEdit {
  readonly keys: Keys;
  readonly value: Plain | undefined;
  /** How the value is written, where that is known. */
  readonly source?: string | undefined;
  /** How many of the first keys stay, also when nothing is left below them. */
  readonly within?: number | undefined;
}

/** @throws the first mistake in the text */
export function yamlOf(text: string): Document.Parsed {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw error;
  return document;
}

/** How the value behind these keys is written; or, where there is none, how many of the keys are there. */
export function sourceIn(text: string, document: Document.Parsed, keys: Keys): { source: string } | { within: number } {
  const node = document.getIn(keys, true) as Node | undefined;
  if (node?.range) return { source: text.slice(node.range[0], endOf(node)) };
  const there = keys.findLastIndex((_, n) => document.hasIn(keys.slice(0, n + 1)));
  return { within: there + 1 };
}

/**
 * YAML, or JSON, which is YAML as well, with one value set or taken out. The text is spliced: whatever is not ours stays
 * byte for byte, however its owner has laid it out.
 */
export function editYaml(text: string, { keys, value, source, within = 0 }: YamlEdit, format: 'yaml' | 'json'): string {
  const { contents } = yamlOf(text);
  const nodes: Node[] = contents ? [contents] : [];
  for (const key of keys) {
    const next = itemOf(nodes.at(-1), key);
    if (next === undefined) break;
    nodes.push(nodeOf(next));
  }
  const isThere = nodes.length > keys.length;
  if (value === undefined) return isThere ? without(text, nodes as Collection[], keys, within) : text;
  if (isThere)
    return replaced(
      text,
      nodes.at(-2) as Collection,
      keys.at(-1)!,
      source ?? written(text, keys, value, nodes, format),
    );
  return added(text, nodes, keys, value, format);
}

const itemOf = (node: Node | undefined, key: string | number): Pair | Node | undefined => {
  if (isMap(node)) return node.items.find((pair) => isScalar(pair.key) && pair.key.value === key) as Pair | undefined;
  return isSeq(node) && typeof key === 'number' ? (node.items[key] as Node | undefined) : undefined;
};
const isPair = (item: unknown): item is Pair<Scalar, Node> =>
  typeof item === 'object' && item !== null && 'key' in item;
const nodeOf = (item: Pair | Node): Node => (isPair(item) ? item.value! : (item as Node));

/** Where the last of its values ends: comments and blank lines behind it are not counted. */
function endOf(item: Pair | Node): number {
  const node = nodeOf(item);
  if (!isCollection(node) || node.flow || node.items.length === 0) return node.range![1];
  return endOf(node.items.at(-1) as Pair | Node);
}

/** Where an item of a collection begins: its key, or its dash. */
function startOf(text: string, item: Pair | Node, parent: Collection): number {
  const at = isPair(item) ? item.key.range![0] : (item as Node).range![0];
  return isSeq(parent) && !parent.flow ? text.lastIndexOf('-', at - 1) : at;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;
/** The beginning of the next line; of what follows a block of text, that itself. */
function nextLine(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at;
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}
const splice = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);

function replaced(text: string, parent: Collection, key: string | number, now: string): string {
  const item = itemOf(parent, key)!;
  const node = nodeOf(item);
  const [from, to] = [node.range![0], endOf(node)];
  // A text of several lines has the last line break, too.
  const [had, has] = [text[to - 1] === '\n', now.endsWith('\n')];
  if (from < to && now !== '')
    return splice(text, from, to, had && !has ? `${now}\n` : has && !had ? now.trimEnd() : now);
  // A key without a value: behind its colon, before a comment.
  const colon = text.indexOf(':', isPair(item) ? item.key.range![1] : from) + 1;
  return splice(text, colon, from < to ? to : colon, now && ` ${now}`);
}

/** As its owner writes it: a list line by line, a text in the same quotes; else on one line. */
function written(text: string, keys: Keys, value: Plain, nodes: readonly Node[], format: 'yaml' | 'json'): string {
  if (format === 'json') return JSON.stringify(value);
  const [node, { flow }] = [nodes[keys.length]!, nodes[keys.length - 1] as Collection];
  if (isCollection(node) && !node.flow && node.items.length > 0 && typeof value === 'object') {
    const column = node.range![0] - lineStart(text, node.range![0]);
    const lines = new Document(value).toString({ lineWidth: 0 }).trimEnd();
    return lines.replaceAll('\n', `${lineBreak(text)}${' '.repeat(column)}`);
  }
  const scalar = typeof value === 'object' ? value : new Scalar(value);
  if (scalar instanceof Scalar && isScalar(node)) {
    if (String(value).includes('\n')) scalar.type = 'QUOTE_DOUBLE';
    else if (node.type?.startsWith('QUOTE')) scalar.type = node.type;
  }
  const isFlow = flow || typeof value === 'object';
  const line = new Document({ k: scalar }).toString({ lineWidth: 0, collectionStyle: isFlow ? 'flow' : 'any' }).trim();
  return isFlow ? line.slice('{ k: '.length, -' }'.length) : line.slice('k: '.length);
}

const lineBreak = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

function added(text: string, nodes: readonly Node[], keys: Keys, value: Plain, format: 'yaml' | 'json'): string {
  const eol = lineBreak(text);
  const parent = nodes.at(-1);
  const [key, ...rest] = keys.slice(Math.max(nodes.length - 1, 0)) as [string | number, ...Keys];
  const data = rest.reduceRight<Plain>((inner, one) => (typeof one === 'string' ? { [one]: inner } : [inner]), value);
  const whole = typeof key === 'string' ? { [key]: data } : [data];
  const block = (column: number) =>
    new Document(whole)
      .toString({ lineWidth: 0, indentSeq: !/^( *)[^\s#-][^\n]*:\r?\n+\1- /m.test(text) })
      .trimEnd()
      .replace(/^(?=.)/gm, ' '.repeat(column))
      .replaceAll('\n', eol);
  const insert = (at: number, lines: string) =>
    at === text.length && text !== '' && !text.endsWith('\n') ? text + eol + lines : splice(text, at, at, lines + eol);
  if (parent === undefined) return insert(text.length, block(0));
  if (isCollection(parent)) {
    const [first] = parent.items as (Pair | Node)[];
    if (isSeq(parent) !== (typeof key === 'number')) throw new Error('a list where a group of settings belongs');
    if (!parent.flow && first) {
      const start = startOf(text, first, parent);
      return insert(nextLine(text, endOf(parent)), block(start - lineStart(text, start)));
    }
    const start = first ? startOf(text, first, parent) : parent.range![1];
    const isWide = !first || text.slice(parent.range![0], start).includes('\n');
    const indent = /^[ \t]*/.exec(text.slice(lineStart(text, first ? start : parent.range![0])))![0];
    const unit = (isWide && /^[[{]\s*\n([ \t]+)/.exec(text)?.[1]) || '';
    const inline =
      format === 'json'
        ? JSON.stringify(whole, undefined, unit).replaceAll('\n', eol + indent.slice(first ? unit.length : 0))
        : new Document(whole).toString({ lineWidth: 0, collectionStyle: 'flow' }).trim();
    if (!first) return splice(text, parent.range![0], parent.range![1], inline);
    const end = endOf(parent.items.at(-1) as Node);
    return splice(text, end, end, (isWide ? `,${eol}${indent}` : ', ') + inline.slice(1, -1).trim());
  }
  const above = nodes.at(-2);
  if (!isScalar(parent) || parent.value !== null || !isMap(above))
    throw new Error('a value where a group of settings belongs');
  const start = startOf(text, itemOf(above, keys[nodes.length - 2]!)!, above);
  const column = start - lineStart(text, start);
  return insert(nextLine(text, parent.range![1]), block(isSeq(parent) ? column : column + 2));
}

function without(text: string, nodes: readonly Collection[], keys: Keys, within: number): string {
  let n = keys.length - 1;
  while (n > within && n > 0 && nodes[n]!.items.length === 1) n--;
  const parent = nodes[n]!;
  const items = parent.items as (Pair | Node)[];
  const item = itemOf(parent, keys[n]!)!;
  const at = items.indexOf(item);
  const [start, end] = [startOf(text, item, parent), endOf(item)];
  const next = items[at + 1];
  if (parent.flow) {
    if (at > 0) return splice(text, endOf(items[at - 1]!), end, '');
    return next
      ? splice(text, start, startOf(text, next, parent), '')
      : splice(text, parent.range![0] + 1, parent.range![1] - 1, '');
  }
  const line = lineStart(text, start);
  // The first of a group, behind the dash of the group.
  if (next && text.slice(line, start).trim() !== '') return splice(text, start, startOf(text, next, parent), '');
  const to = nextLine(text, end);
  const isLast = to === text.length && !text.endsWith('\n');
  return splice(text, isLast ? line - (text.endsWith('\r\n', line) ? 2 : Math.min(line, 1)) : line, to, '');
}
