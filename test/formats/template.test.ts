import { expect, test } from 'vitest';
import { compileTemplate } from '../../src/formats/template.ts';

const quote = (value: string | number | boolean): string => JSON.stringify(value);

test('values go through the quoting of the format and nothing else escapes them', () => {
  const data = { list: ['<a> & "b"', 'two\nlines'], port: 9000, on: false, raw: '<&>' };
  expect(compileTemplate('{{#each list}}{{q this}};{{/each}}{{q port}} {{q on}} {{raw}}')(data, quote)).toBe(
    '"<a> & \\"b\\"";"two\\nlines";9000 false <&>',
  );
});

test('keys of an object', () => {
  expect(compileTemplate('{{#each values}}{{@key}}={{q this}}\n{{/each}}')({ values: { A: 'x', B: '' } }, quote)).toBe(
    'A="x"\nB=""\n',
  );
});

test.each([
  '{{q missing}}',
  '{{missing}}',
  '{{q object}}',
  '{{q nothing}}',
  '{{q}}',
  '{{q port port}}',
  '{{nope port}}',
])('%s throws', (template) => {
  expect(() => compileTemplate(template)({ object: {}, nothing: null, port: 1 }, quote)).toThrow();
});

test.each(['{{constructor}}', '{{q constructor.name}}', '{{q __proto__.x}}'])(
  '%s does not reach what every object has',
  (template) => {
    expect(() => compileTemplate(template)({ text: 'x' }, quote)).toThrow();
  },
);
