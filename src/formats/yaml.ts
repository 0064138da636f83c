import { Failure } from '../model/failure.ts';

/** What YAML 1.1 or 1.2 takes for a line break, refuses, or reads as a byte order mark; JSON leaves these as they are. */
const unsafe = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * One value for docker-compose.yml, on one line: a text in double quotes that Compose takes for exactly this text, with
 * `$` doubled because it begins a variable there.
 * @throws Failure for half a surrogate pair, which is no text
 */
export function quoteYaml(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  if (/\p{Cs}/u.test(value)) {
    throw new Failure({
      code: 'broken-text',
      problem: 'A text holds broken Unicode, which no YAML file can hold.',
      fix: 'Type it again instead of pasting it.',
    });
  }
  return JSON.stringify(value.replaceAll('$', '$$$$')).replace(
    unsafe,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
