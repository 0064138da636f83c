import { steering } from '../../model/control-characters.ts';

/** The colours that homeauth itself uses: of everything that may follow an escape, the only thing that is let through. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape is what is looked for
const ownColours = /(\x1b\[(?:0|1|2|22|3[0-69]|4[0-79]|107)m)/;

/**
 * Text for a terminal, with nothing in it that would steer it but homeauth's own colours. Names, titles and logs come
 * from elsewhere; what their words were is told from what they would do by the caller, and what is left is seen here.
 */
export function harmless(text: string, unicode: boolean): string {
  const sign = unicode ? '\u{fffd}' : '?';
  return text
    .split(ownColours)
    .map((part, n) => (n % 2 === 1 ? part : part.replaceAll('\r\n', '\n').replace(steering, sign)))
    .join('');
}
