import { quoteCaddy } from '../../formats/caddyfile.ts';
import type { CaddySpec } from '../../model/resource.ts';

const lineMark = '# homeauth: this line is its own, see homeauth.caddy';
const begin = '# homeauth: begin. What follows is written from homeauth.yaml, up to the end mark.';
const end = '# homeauth: end';

/** homeauth's part of a Caddyfile: where it stands, and what it says. `torn`: a begin mark without its end mark. */
export type Part = { readonly from: number; readonly to: number } & (
  | { readonly is: 'import' }
  | { readonly is: 'block'; readonly text: string }
  | { readonly is: 'torn' }
);

const marks = new RegExp(
  [
    `^[^\\S\\n]*import [^\\n]*# homeauth: [^\\n]*$`,
    `^[^\\S\\n]*# homeauth: begin[^\\n]*\\n(?:(?<block>[^]*?)\\n)??[^\\S\\n]*# homeauth: end[^\\S\\n]*$`,
    `^[^\\S\\n]*(?<torn># homeauth: begin)[^\\n]*$`,
  ].join('|'),
  'gm',
);

/** Every part of ours in a Caddyfile, in its order. */
export function partsOf(caddyfile: string): readonly Part[] {
  return [...caddyfile.matchAll(marks)].map(({ index, 0: match, groups }): Part => {
    const span = { from: index, to: index + match.replace(/\r$/, '').length };
    if (groups?.['torn'] !== undefined) return { ...span, is: 'torn' };
    if (!match.includes('# homeauth: end')) return { ...span, is: 'import' };
    return { ...span, is: 'block', text: `${(groups?.['block'] ?? '').replaceAll('\r\n', '\n').replace(/\r$/, '')}\n` };
  });
}

/** The Caddyfile as its owner wrote it, byte for byte. */
export function withoutOurs(caddyfile: string): string {
  return partsOf(caddyfile).reduceRight((text, { from, to }) => {
    const head = text.slice(0, from);
    const tail = text.slice(to);
    // A line break behind us came with us; at the very end it is the one in front of us that did.
    if (tail !== '') return head + tail.replace(/^\r?\n/, '');
    return head.replace(/\r?\n$/, '');
  }, caddyfile);
}

/** The Caddyfile with our part as `want` has it: where it stood before, else at the end. */
export function withOurs(caddyfile: string, want: Pick<CaddySpec, 'how' | 'text' | 'caddyfile'>): string {
  return put(caddyfile, want.how, want.how === 'import' ? importLine(want.caddyfile.inside) : block(want.text));
}

/** The whole as Caddy would read it, in one text, so that it can be tried before anything is written. */
export const asOne = (caddyfile: string, want: Pick<CaddySpec, 'how' | 'text'>): string =>
  put(caddyfile, want.how, block(want.text));

/** The file of ours beside a Caddyfile. */
export const fileBeside = (caddyfile: string): string =>
  `${caddyfile.slice(0, caddyfile.lastIndexOf('/'))}/homeauth.caddy`;

const importLine = (inside: string): string => `import ${quoteCaddy(fileBeside(inside))} ${lineMark}`;
const block = (text: string): string => `${begin}\n${text}${end}`;

function put(caddyfile: string, how: CaddySpec['how'], piece: string): string {
  const eol = caddyfile.includes('\r\n') ? '\r\n' : '\n';
  const lines = piece.replaceAll('\n', eol);
  const [part, ...more] = partsOf(caddyfile);
  if (part?.is === how && more.length === 0) return caddyfile.slice(0, part.from) + lines + caddyfile.slice(part.to);
  const own = withoutOurs(caddyfile);
  return own === '' || own.endsWith('\n') ? own + lines + eol : own + eol + lines;
}
