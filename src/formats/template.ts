import Handlebars from 'handlebars';

/** Writes one value in the format of the file that is rendered. */
export type Quote = (value: string | number | boolean) => string;

/**
 * Text of a template with data in it. `{{q value}}` writes a value through `quote`; a name that is not in the data,
 * or a value that is no text, number or truth value, is a mistake of ours and throws.
 */
export function render(template: string, data: object, quote: Quote): string {
  const handlebars = Handlebars.create();
  handlebars.registerHelper('q', (...values: unknown[]) => {
    const [value] = values;
    if (values.length !== 2) throw new Error('{{q}} takes one value');
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return quote(value);
    throw new Error(`{{q}} was given ${value === null ? 'null' : typeof value}`);
  });
  // Without a prototype, a name like "constructor" is missing like any other.
  const own = Object.assign(Object.create(null), data);
  return handlebars.compile(template, { noEscape: true, strict: true })(own);
}
