import Handlebars from 'handlebars';

/** Writes one value in the format of the file that is rendered. */
export type Quote = (value: string | number | boolean) => string;

/**
 * A text with data in it. `{{q value}}` writes a value through `quote`; a name that is not in the data, or a value
 * that is no text, number or truth value, is a mistake of ours and throws.
 */
export type Template = (data: object, quote: Quote) => string;

/** No escapes of HTML, and a name that is missing is a mistake. */
export const reading = { noEscape: true, strict: true };

/** In the program as it is built, those of templates/ are in here from the start: bundle.js. */
const read = new Map<string, HandlebarsTemplateDelegate>();

/** Reads a template when it is first used, and not again: that takes longer than to fill it in, and much memory. */
export function compileTemplate(text: string): Template {
  const fill = read.get(text) ?? Handlebars.compile(text, reading);
  read.set(text, fill);
  return (data, quote) => {
    // Without a prototype, a name like "constructor" is missing like any other.
    const own = Object.assign(Object.create(null), data);
    return fill(own, { helpers: { q: quoting(quote) } });
  };
}

/** All templates by name, from their texts, which are read once. */
export function compiledTemplates(
  texts: () => Promise<Readonly<Record<string, string>>>,
): () => Promise<Readonly<Record<string, Template>>> {
  let compiled: Promise<Record<string, Template>> | undefined;
  return () => {
    compiled ??= texts().then((all) =>
      Object.fromEntries(Object.entries(all).map(([name, text]) => [name, compileTemplate(text)])),
    );
    return compiled;
  };
}

function quoting(quote: Quote) {
  return (...values: readonly unknown[]): string => {
    const [value] = values;
    if (values.length !== 2) throw new Error('{{q}} takes one value');
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return quote(value);
    throw new Error(`{{q}} was given ${value === null ? 'null' : typeof value}`);
  };
}
