/** A line of a Caddyfile with what it opens: a site, a snippet, a directive. */
export interface Block {
  /** Its words, without quotes and without the brace at the end. */
  readonly words: readonly string[];
  /** Where it stands: from its first word to its last, or to its closing brace. */
  readonly from: number;
  readonly to: number;
  /** What stands between its braces, and what stands in front of them; undefined where it has none. */
  readonly body?: readonly Block[];
  readonly head: string;
}

interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** The first of its line. */
  readonly isFirst: boolean;
  /** Without quotes, so that a brace opens or closes. */
  readonly isBare: boolean;
}

/** All that a Caddyfile says, as Caddy's own lexer parts it; undefined where its braces or quotes do not close. */
export function blocksOf(caddyfile: string): readonly Block[] | undefined {
  const words = wordsOf(caddyfile);
  const { blocks, next } = words ? blocksFrom(caddyfile, words, 0, true) : { blocks: [], next: -1 };
  return words && next === words.length ? blocks : undefined;
}

const isBrace = (word: Word | undefined, brace: '{' | '}'): boolean => word?.isBare === true && word.text === brace;

/** Blocks up to a closing brace or the end. Addresses of a site may go on in the next line, behind a comma. */
function blocksFrom(
  caddyfile: string,
  words: readonly Word[],
  start: number,
  isTop: boolean,
): { blocks: Block[]; next: number } {
  const blocks: Block[] = [];
  let next = start;
  while (next < words.length && !isBrace(words[next], '}')) {
    const first = next;
    do next++;
    while (next < words.length && (!words[next]?.isFirst || (isTop && words[next - 1]?.text.endsWith(','))));
    const line = words.slice(first, next);
    const from = line[0]?.from ?? 0;
    const brace = line.at(-1);
    if (!brace || !isBrace(brace, '{')) {
      const to = brace?.to ?? from;
      blocks.push({ words: line.map(({ text }) => text), from, to, head: caddyfile.slice(from, to) });
      continue;
    }
    const inner = blocksFrom(caddyfile, words, next, false);
    const closing = words[inner.next];
    if (!closing) return { blocks, next: -1 };
    next = inner.next + 1;
    const head = caddyfile.slice(from, brace.from).trimEnd();
    blocks.push({ words: line.slice(0, -1).map(({ text }) => text), from, to: closing.to, head, body: inner.blocks });
  }
  return { blocks, next };
}

/** A word in double quotes, in backquotes, a heredoc up to its mark, a comment, or a bare word. */
const pieces =
  /"(?<double>(?:[^"\\]|\\.)*)"|`(?<back>[^`]*)`|<<(?<mark>[\w-]+)\r?\n(?<doc>.*?)\n[^\S\n]*\k<mark>(?=\s|$)|(?<comment>#[^\n]*)|(?<bare>(?:[^\s\\"`]|\\[^\n])(?:[^\s\\]|\\[^\n])*)/sy;

function wordsOf(text: string): readonly Word[] | undefined {
  const words: Word[] = [];
  let isFirst = true;
  // A byte order mark is no part of the first word.
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    // A backslash takes the end of its line away.
    const blank = /(?:[^\S\n]|\\\r?\n)+/y;
    blank.lastIndex = at;
    at += blank.exec(text)?.[0].length ?? 0;
    if (text[at] === '\n') {
      isFirst = true;
      at++;
      continue;
    }
    if (at >= text.length) break;
    pieces.lastIndex = at;
    const found = pieces.exec(text);
    if (!found) return undefined;
    const { double, back, doc, comment, bare } = found.groups ?? {};
    const from = at;
    at += found[0].length;
    if (comment !== undefined) continue;
    words.push({ text: double ?? back ?? doc ?? bare ?? '', from, to: at, isFirst, isBare: bare !== undefined });
    isFirst = false;
  }
  return words;
}
