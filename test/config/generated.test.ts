import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonSchemaText } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { reference } from './reference.ts';
import { full, small } from './sample.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/configuration.md');

describe('kept in the repository and up to date (npm run schema)', () => {
  test('homeauth.schema.json', () => {
    expect(read('homeauth.schema.json')).toBe(jsonSchemaText());
  });

  test('the tables of docs/configuration.md', () => {
    expect(page).toContain(`<!-- keys -->\n\n${reference()}\n<!-- /keys -->`);
  });
});

test('the example of the page is a valid file', () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  expect(parseConfig(example, 'x').config.apps).toHaveLength(2);
});

describe('an editor with the JSON Schema', () => {
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(jsonSchemaText()));

  test.each([
    ['full', full],
    ['small', small],
  ])('takes the %s file', (_, text) => {
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  test.each(['baseDir: /srv', 'proxy: nginx', 'zfs-dataset: "yes"', 'apps: [{ nam: wiki }]', 'mail: { host: a }'])(
    'marks %s',
    (line) => {
      expect(validate(parse(`${small}${line}`))).toBe(false);
    },
  );

  test('marks a release that is none', () => {
    expect(validate(parse(small.replace('2026.8.6', 'latest')))).toBe(false);
  });

  test('explains every key', () => {
    for (const row of reference().match(/^\| `.*$/gm) ?? []) expect(row).toMatch(/\| .*[a-z].* \| .*[a-z].*\. *\|$/);
  });
});
