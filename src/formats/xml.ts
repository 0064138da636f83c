import { SaxesParser } from 'saxes';

/** An element, and where it and what is in it stand in the text. */
interface Element {
  readonly name: string;
  readonly start: number;
  readonly inner: number;
  innerEnd: number;
  end: number;
  text: string;
  readonly children: Element[];
}

/** @throws an error of the parser's where it is no XML */
function rootOf(text: string): Element {
  const parser = new SaxesParser();
  const above: Element[] = [];
  let root: Element | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    const inner = parser.position;
    // No value of an attribute has a < in it.
    const start = text.lastIndexOf('<', inner - 1);
    const element: Element = { name, start, inner, innerEnd: inner, end: inner, text: '', children: [] };
    above.at(-1)?.children.push(element);
    root ??= element;
    above.push(element);
  });
  const add = (piece: string) => {
    const at = above.at(-1);
    if (at) at.text += piece;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', ({ isSelfClosing }) => {
    const element = above.pop();
    if (!element || isSelfClosing) return;
    element.end = parser.position;
    element.innerEnd = text.lastIndexOf('</', element.end - 1);
  });
  parser.write(text).close();
  if (!root) throw new Error('no element');
  return root;
}

/** The text of the element at this way below the root. */
export function readXml(text: string, path: readonly string[]): string | undefined {
  const found = below(rootOf(text), path);
  return found.left.length > 0 ? undefined : found.at.text;
}

/** How far down a way leads, and what is left of it. */
function below(at: Element, [name, ...rest]: readonly string[], above: readonly Element[] = []): Way {
  if (name === undefined) return { at, left: [], above };
  const child = at.children.find((one) => one.name === name);
  return child ? below(child, rest, [...above, at]) : { at, left: [name, ...rest], above };
}
interface Way {
  readonly at: Element;
  readonly left: readonly string[];
  readonly above: readonly Element[];
}

/** The text with this value there, or without it, and without what is empty then; all else byte for byte. */
export function withXml(text: string, path: readonly string[], value: string | undefined): string {
  const { at, left, above } = below(rootOf(text), path);
  if (value === undefined) return left.length > 0 ? text : without(text, at, above);
  if (left.length === 0 && at.children.length > 0) throw new Error('a value where a group stands');
  if (left.length === 0) return filled(text, at, escaped(value));
  if (at.children.length === 0 && at.text.trim() !== '') throw new Error('a group where a value stands');
  const last = at.children.at(-1);
  const [, blank = ''] = /(\s*)$/.exec(text.slice(0, (last ?? at).start)) ?? [];
  const added = left.reduceRight((inner, name) => `<${name}>${inner}</${name}>`, escaped(value));
  if (last) return `${text.slice(0, last.end)}${blank}${added}${text.slice(last.end)}`;
  return filled(text, at, `${blank}  ${added}${blank}`);
}

function filled(text: string, { name, start, inner, innerEnd, end }: Element, content: string): string {
  if (end > inner) return text.slice(0, inner) + content + text.slice(innerEnd);
  return `${text.slice(0, start)}${text.slice(start, inner).replace(/\s*\/>$/, '>')}${content}</${name}>${text.slice(inner)}`;
}

function without(text: string, { start, end }: Element, above: readonly Element[]): string {
  const parent = above.at(-1);
  if (parent && above.length > 1 && parent.children.length === 1 && parent.text.trim() === '')
    return without(text, parent, above.slice(0, -1));
  const [blank = ''] = /\s*$/.exec(text.slice(0, start)) ?? [];
  return text.slice(0, start - blank.length) + text.slice(end);
}

const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
