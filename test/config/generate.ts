import { readFileSync, writeFileSync } from 'node:fs';
import { catalogueSchemaText } from '../../src/catalogue/schema.ts';
import { jsonSchemaText } from '../../src/config/json-schema.ts';
import { appsPage } from '../catalogue/page.ts';
import { reference } from './reference.ts';

// What is derived from the schemas and the catalogue and kept in the repository; tests notice when it is out of date.
const at = (path: string) => new URL(`../../${path}`, import.meta.url);
writeFileSync(at('homeauth.schema.json'), jsonSchemaText());
writeFileSync(at('catalogue.schema.json'), catalogueSchemaText());
between('docs/configuration.md', 'keys', reference());
between('docs/apps.md', 'apps', `${appsPage()}\n`);

/** Puts a text between two marks of a page. */
function between(path: string, mark: string, text: string): void {
  const page = readFileSync(at(path), 'utf8');
  const place = new RegExp(`(?<=<!-- ${mark} -->\n)[\\s\\S]*(?=<!-- /${mark} -->)`);
  writeFileSync(
    at(path),
    page.replace(place, () => `\n${text}\n`),
  );
}
