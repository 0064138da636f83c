import { z } from 'zod';
import { fileSchema } from './homeauth-yaml.ts';

let text: string | undefined;

/** The JSON Schema of homeauth.yaml for editors, as the text of a file. Made once: it takes longer than a file is read. */
export function jsonSchemaText(): string {
  text ??= `${JSON.stringify(z.toJSONSchema(fileSchema, { io: 'input' }), undefined, 2)}\n`;
  return text;
}
