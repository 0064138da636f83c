import { dirname, resolve } from 'node:path/posix';
import { quoteCaddy } from '../../formats/caddyfile.ts';
import type { CaddySpec } from '../../model/resource.ts';
import { withAside, withAsidesBack } from './aside.ts';

const lineMark = '# homeauth: this line is its own, see homeauth.caddy';
const begin = '# homeauth: begin. What follows is written from homeauth.yaml, up to the end mark.';
const end = '# homeauth: end';

/** homeauth's part of a Caddyfile: where it stands, and what it says. `torn`: a begin mark without its end mark. */
export type Part = { readonly from: number; readonly to: number } & (
  | { readonly is: 'import' }
  | { readonly is: 'block'; readonly text: string }
  | { readonly is: 'torn' }
);

const mark = '# homeauth:';
const importMark = /^\s*import .*# homeauth: /s;
const beginMark = /^\s*# homeauth: begin/;
const endMark = /^\s*# homeauth: end\s*$/;

interface Line {
  readonly text: string;
  readonly from: number;
}

/** Every part of ours in a Caddyfile, in its order. Each line is looked at once, however large the file is. */
export function partsOf(caddyfile: string): readonly Part[] {
  const lines = markedLines(caddyfile);
  const ends = lines.filter(({ text }) => endMark.test(text));
  const parts: Part[] = [];
  let behind = 0;
  let next = 0;
  for (const line of lines) {
    if (line.from < behind) continue;
    if (importMark.test(line.text)) parts.push({ ...spanOf(line, line), is: 'import' });
    if (!beginMark.test(line.text)) continue;
    while ((ends[next]?.from ?? Number.POSITIVE_INFINITY) < line.from) next++;
    const end = ends[next];
    if (end) {
      const block = caddyfile.slice(line.from + line.text.length + 1, end.from);
      parts.push({ ...spanOf(line, end), is: 'block', text: block.replaceAll('\r\n', '\n') || '\n' });
      behind = end.from + end.text.length;
    } else parts.push({ ...spanOf(line, line), is: 'torn' });
  }
  return parts;
}

/** Lines as Caddy sees them, which nothing else than a line feed ends; of them those that may be marks of ours. */
function markedLines(caddyfile: string): Line[] {
  const lines: Line[] = [];
  for (let at = caddyfile.indexOf(mark); at >= 0; ) {
    const from = caddyfile.lastIndexOf('\n', at) + 1;
    const end = caddyfile.indexOf('\n', at);
    const to = end < 0 ? caddyfile.length : end;
    lines.push({ text: caddyfile.slice(from, to), from });
    at = caddyfile.indexOf(mark, to);
  }
  return lines;
}

const spanOf = (first: Line, last: Line): { from: number; to: number } => ({
  from: first.from,
  to: last.from + last.text.replace(/\r$/, '').length,
});

/** The Caddyfile as its owner wrote it, byte for byte. */
export const withoutOurs = (caddyfile: string): string => withAsidesBack(withoutParts(caddyfile));

function withoutParts(caddyfile: string): string {
  return partsOf(caddyfile).reduceRight((text, { from, to }) => {
    const head = text.slice(0, from);
    const tail = text.slice(to);
    // A line break behind us came with us; at the very end it is the one in front of us that did.
    if (tail !== '') return head + tail.replace(/^\r?\n/, '');
    return head.replace(/\r?\n$/, '');
  }, caddyfile);
}

/** The Caddyfile with our part as `want` has it: where it stood before, else at the end. */
export function withOurs(caddyfile: string, want: Pick<CaddySpec, 'how' | 'text' | 'caddyfile' | 'replaces'>): string {
  return put(caddyfile, want, want.how === 'import' ? importLine(want.caddyfile.inside) : block(want.text));
}

/** The whole as Caddy would read it, in one text, so that it can be tried before anything is written. */
export const asOne = (caddyfile: string, want: Pick<CaddySpec, 'how' | 'text' | 'replaces'>): string =>
  put(caddyfile, want, block(want.text));

/** What homeauth's block in a Caddyfile says; undefined where there is none. */
export function textIn(caddyfile: string): string | undefined {
  const [part] = partsOf(caddyfile);
  return part?.is === 'block' ? part.text : undefined;
}

/** The file of ours beside a Caddyfile. */
export const fileBeside = (caddyfile: string): string =>
  `${caddyfile.slice(0, caddyfile.lastIndexOf('/'))}/homeauth.caddy`;

const importLine = (inside: string): string => `import ${quoteCaddy(fileBeside(inside))} ${lineMark}`;
const block = (text: string): string => `${begin}\n${text}${end}`;

function put(found: string, { how, replaces }: Pick<CaddySpec, 'how' | 'replaces'>, piece: string): string {
  const back = withAsidesBack(found);
  const caddyfile = withAside(back, replaces, partsOf(back));
  // Behind a carriage return at the very end a line feed alone would make a line break of it, and go with it again.
  const eol = caddyfile.includes('\r\n') || caddyfile.endsWith('\r') ? '\r\n' : '\n';
  const lines = piece.replaceAll('\n', eol);
  const [part, ...more] = partsOf(caddyfile);
  if (part?.is === how && more.length === 0) return caddyfile.slice(0, part.from) + lines + caddyfile.slice(part.to);
  const own = withoutParts(caddyfile);
  return own === '' || own.endsWith('\n') ? own + lines + eol : own + eol + lines;
}

/**
 * Whether a Caddyfile of the owner's, without our part, takes the file beside it by itself: `import *.caddy`. With a line
 * of our own Caddy would read it twice. A glob in a file that is imported is seen when Caddy reads the very files.
 */
export function takesBeside(own: string, inside: string): boolean {
  const beside = fileBeside(inside);
  const patterns = [...own.matchAll(/^[^\S\n]*import[^\S\n]+["`]?([^\s"`]+)/gm)].map(([, pattern = '']) => pattern);
  return patterns.some((pattern) => matches(resolve(dirname(inside), pattern), beside));
}

/** As Go's filepath.Match has it: a star and a question mark stay within a name. */
function matches(glob: string, path: string): boolean {
  const expression = glob
    .replace(/[.+^$()|\\{}]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  try {
    return new RegExp(`^${expression}$`).test(path);
  } catch {
    return false;
  }
}
