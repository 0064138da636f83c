import { isNode, isScalar, type Node, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import { rangeOf } from './yaml-document.ts';

/** A change of text: what stands in the range becomes `insert`. Everything outside it stays byte for byte. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

export function apply(text: string, { start, end, insert }: Splice): string {
  return text.slice(0, start) + insert + text.slice(end);
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** A value as YAML on one line, quoted only where it must be. */
function inline(value: unknown): string {
  return stringify(value, { lineWidth: 0, collectionStyle: 'flow' }).trimEnd();
}

/** A new entry at the end of a list, in the list's own style. */
export function appendItem(text: string, list: YAMLSeq, item: unknown): Splice {
  const last = list.items.at(-1);
  if (list.flow || !isNode(last)) {
    const at = isNode(last) ? rangeOf(last)[1] : rangeOf(list)[1] - 1;
    return { start: at, end: at, insert: isNode(last) ? `, ${inline(item)}` : inline(item) };
  }
  const indent = columnOf(text, dashOf(list, list.items.length - 1));
  const at = afterComments(text, afterLine(text, rangeOf(last)[1]), indent);
  return insertLines(text, at, itemLines(item, indent));
}

/** A list's entry and its lines gone; comments above and below it stay. */
export function removeItem(text: string, list: YAMLSeq, index: number): Splice {
  const item = list.items[index] as Node;
  if (list.items.length === 1) return emptied(text, list);
  if (!list.flow) {
    const dash = dashOf(list, index);
    return { start: text.lastIndexOf('\n', dash) + 1, end: afterLine(text, rangeOf(item)[1]), insert: '' };
  }
  const next = list.items[index + 1];
  if (isNode(next)) return { start: rangeOf(item)[0], end: rangeOf(next)[0], insert: '' };
  return { start: rangeOf(list.items[index - 1] as Node)[1], end: rangeOf(item)[1], insert: '' };
}

function emptied(text: string, list: YAMLSeq): Splice {
  const [start, end] = rangeOf(list);
  if (list.flow) return { start, end, insert: '[]' };
  // Keeps what stands between the key's colon and the first entry: a comment.
  const dash = dashOf(list, 0);
  const lineStart = text.lastIndexOf('\n', dash) + 1;
  const colon = text.lastIndexOf(':', colonLimit(text, lineStart)) + 1;
  const between = text.slice(colon, lineStart);
  return { start: colon, end: afterLine(text, rangeOf(list.items[0] as Node)[1]), insert: ` []${between}` };
}

/** The end of the key's own text: comments between it and the list may have colons in them. */
function colonLimit(text: string, before: number): number {
  let end = before;
  for (;;) {
    const start = text.lastIndexOf('\n', end - 2) + 1;
    const line = text.slice(start, end);
    if (!/^\s*(#.*)?$/.test(line.trimEnd())) return start + (/\s#/.exec(line)?.index ?? line.length);
    if (start === 0) return end;
    end = start;
  }
}

/** `key: value` at the end of a map, in the map's own style. A map as value goes below its key. */
export function appendPair(text: string, map: YAMLMap, key: string, value: unknown): Splice {
  const last = map.items.at(-1);
  const tail = isNode(last?.value) ? last.value : isNode(last?.key) ? last.key : undefined;
  if (map.flow || !last || !isNode(last.key) || !tail) {
    const at = tail ? rangeOf(tail)[1] : rangeOf(map)[1] - 1;
    return { start: at, end: at, insert: `${tail ? ', ' : ' '}${key}: ${inline(value)}${tail ? '' : ' '}` };
  }
  const indent = columnOf(text, rangeOf(last.key)[0]);
  const at = afterComments(text, afterLine(text, rangeOf(tail)[1]), indent + 1);
  return insertLines(text, at, pairLines(key, value, indent));
}

/** Lines below a key in the place of its empty value on the key's line (nothing, `null`, `[]`); a comment there stays. */
export function replaceWithLines(text: string, empty: Node, lines: readonly string[]): Splice {
  const [start, end] = rangeOf(empty);
  const from = text.slice(0, start).trimEnd().length;
  const eol = eolOf(text);
  const behind = afterLine(text, end);
  const comment = text.slice(end, behind).trim();
  return { start: from, end: behind, insert: `${comment && ` ${comment}`}${eol}${lines.join(eol)}${eol}` };
}

/** Another scalar in the place of one. */
export function replaceScalar(text: string, node: Node, value: unknown): Splice {
  const [start, end] = rangeOf(node);
  const block = isScalar(node) && text.slice(start, end).endsWith('\n');
  if (start === end) return { start, end, insert: ` ${inline(value)}` };
  return { start, end, insert: block ? `${inline(value)}${eolOf(text)}` : inline(value) };
}

export function itemLines(item: unknown, indent: number): string[] {
  const pad = ' '.repeat(indent);
  return blockLines(item).map((line, index) => `${pad}${index === 0 ? '- ' : '  '}${line}`);
}

export function pairLines(key: string, value: unknown, indent: number): string[] {
  const pad = ' '.repeat(indent);
  return blockLines({ [key]: value }).map((line) => `${pad}${line}`);
}

function blockLines(value: unknown): string[] {
  return stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
}

function insertLines(text: string, at: number, lines: readonly string[]): Splice {
  const eol = eolOf(text);
  const open = at > 0 && text[at - 1] !== '\n';
  return { start: at, end: at, insert: `${open ? eol : ''}${lines.join(eol)}${eol}` };
}

/** The offset behind the line that a value ends in. */
function afterLine(text: string, end: number): number {
  if (text[end - 1] === '\n') return end;
  const newline = text.indexOf('\n', end);
  return newline < 0 ? text.length : newline + 1;
}

/** Skips comment lines that are indented at least so far: they belong to what stands above. */
function afterComments(text: string, start: number, indent: number): number {
  let at = start;
  while (indent > 0) {
    const column = /^( *)#/.exec(text.slice(at, afterLine(text, at + 1)))?.[1]?.length;
    if (column === undefined || column < indent) return at;
    at = afterLine(text, at + 1);
  }
  return at;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** Where an entry's dash stands. */
function dashOf(list: YAMLSeq, index: number): number {
  const token = list.srcToken;
  const dash =
    token?.type === 'block-seq' ? token.items[index]?.start.find(({ type }) => type === 'seq-item-ind') : undefined;
  if (dash === undefined) throw new Error('a block list without a dash');
  return dash.offset;
}
