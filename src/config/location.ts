import { type Document, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import { rangeOf } from './yaml-document.ts';

export type Path = readonly (string | number)[];
type Range = readonly [number, number];

/** The range of the value at a path, or of the nearest thing above it that is in the file. */
export function valueRange(document: Document.Parsed, path: Path): Range | undefined {
  const node = nodeAt(document, path);
  if (node && rangeOf(node)[1] > rangeOf(node)[0])
    return isScalar(node) ? rangeOf(node) : startOf(document, path, node);
  return path.length === 0 ? undefined : (keyRange(document, path) ?? valueRange(document, path.slice(0, -1)));
}

/** The range of the key that a path ends with. */
export function keyRange(document: Document.Parsed, path: Path): Range | undefined {
  const map = nodeAt(document, path.slice(0, -1));
  if (!isMap(map)) return undefined;
  const pair = map.items.findLast(({ key }) => isScalar(key) && String(key.source ?? key.value) === path.at(-1));
  return isNode(pair?.key) ? rangeOf(pair.key) : undefined;
}

/** A map or list is pointed at by its key; without one, by its first line. */
function startOf(document: Document.Parsed, path: Path, node: Node): Range {
  const [start] = rangeOf(node);
  return keyRange(document, path) ?? [start, start + 1];
}

export function nodeAt(document: Document.Parsed, path: Path): Node | undefined {
  let node: unknown = document.contents;
  for (const step of path) {
    if (isSeq(node) && typeof step === 'number') node = node.items[step];
    else if (isMap(node))
      node = node.items.findLast(({ key }) => isScalar(key) && String(key.source ?? key.value) === step)?.value;
    else return undefined;
  }
  return isNode(node) ? node : undefined;
}
