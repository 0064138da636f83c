import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { quoteYaml } from '../../src/formats/yaml.ts';

const nasty = [
  '',
  'yes',
  'null',
  '0123',
  '1e3',
  '12:30:45',
  '- a',
  '# no comment',
  'a: b',
  '{{x}}',
  "it's",
  'say "hi"',
  'back\\slash',
  'two\nlines',
  'tab\tand\rreturn',
  ' spaces ',
  '\u0000\u0007\u001b\u007f\u0085\u009f',
  '\u2028\u2029\ufeff\uffff',
  '日本 🚀',
  '&a *b !c |d >e %f @g',
];

test.each(nasty)('%j survives YAML 1.1 and 1.2, on one line', (value) => {
  const text = quoteYaml(value);
  expect(text).not.toContain('\n');
  for (const version of ['1.1', '1.2'] as const) expect(parse(`v: ${text}\n`, { version })).toEqual({ v: value });
});

test('a dollar is doubled: Compose would put a variable there', () => {
  expect(quoteYaml('pa$word ${HOME} $$')).toBe('"pa$$word $${HOME} $$$$"');
});

test('numbers and truth values stay what they are', () => {
  expect([quoteYaml(9000), quoteYaml(true)]).toEqual(['9000', 'true']);
});

test('half a surrogate pair is refused', () => {
  expect(() => quoteYaml('a\udc00')).toThrow('broken Unicode');
});
