import { pick } from '../../config/random.ts';

type Random = () => number;

const bits = [
  ...'{}[]()"\'`#$\\=:;,.*/@<>|&%!?~^-+ \t\n\r\0\x1b\x7f',
  ...['\r\n', '\uFEFF', '\uFFFD', '🏠', 'é', '\u2028', '\u00a0', '${', '${X', '{$X}', '{{', '<<EOF\n', '\nEOF\n'],
  ...['null', 'true', '[]', '{}', '""', '# homeauth: begin\n', '# homeauth: end\n', 'import *\n', '0', '-1', '1e999'],
];

/** A text after an accident: cut off, doubled, with foreign characters in it, or in another form altogether. */
export function damaged(random: Random, text: string): string {
  const at = () => Math.floor(random() * text.length);
  switch (Math.floor(random() * 9)) {
    case 0:
      return text.slice(0, at());
    case 1:
      return text.slice(at());
    case 2:
      return text.replaceAll('\n', '\r\n');
    case 3:
      return `\uFEFF${text}`;
    case 4:
      return text + text.slice(at());
    case 5:
      return Array.from({ length: 400 }, () => String.fromCharCode(Math.floor(random() * 256))).join('');
    default: {
      let out = text;
      for (let times = 1 + Math.floor(random() * 5); times > 0; times -= 1) {
        const here = Math.floor(random() * out.length);
        out = out.slice(0, here) + pick(random, bits) + out.slice(here + Math.floor(random() * 4));
      }
      return out;
    }
  }
}
