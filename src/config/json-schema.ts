import { z } from 'zod';
import { fileSchema } from './file.ts';

/** The JSON Schema of homeauth.yaml for editors, as the text of a file. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(fileSchema, { io: 'input' }), undefined, 2)}\n`;
}
