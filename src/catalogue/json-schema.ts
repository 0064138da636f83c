import { z } from 'zod';
import { knownApp } from './schema.ts';

/** The JSON Schema of a file of catalogue/ for editors, as the text of a file. */
export const catalogueSchemaText = (): string =>
  `${JSON.stringify(z.toJSONSchema(knownApp, { io: 'input' }), undefined, 2)}\n`;
