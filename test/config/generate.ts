import { readFileSync, writeFileSync } from 'node:fs';
import { catalogueSchemaText } from '../../src/catalogue/json-schema.ts';
import { jsonSchemaText } from '../../src/config/json-schema.ts';
import { reference } from './reference.ts';

// What is derived from the schema and kept in the repository; generated.test.ts notices when it is out of date.
const page = new URL('../../docs/configuration.md', import.meta.url);
writeFileSync(new URL('../../homeauth.schema.json', import.meta.url), jsonSchemaText());
writeFileSync(new URL('../../catalogue.schema.json', import.meta.url), catalogueSchemaText());
const text = readFileSync(page, 'utf8');
writeFileSync(
  page,
  text.replace(/(?<=<!-- keys -->\n)[\s\S]*(?=<!-- \/keys -->)/, () => `\n${reference()}\n`),
);
