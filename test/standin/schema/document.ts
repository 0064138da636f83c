import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import type { Era } from '../era.ts';
import { describes } from './convert.ts';

export interface Parameter {
  in: string;
  name: string;
}
interface Reference {
  $ref: string;
}
type Content = Record<string, { schema: unknown }>;
export interface Answer {
  content?: Content;
}
export interface Operation {
  parameters?: (Parameter | Reference)[];
  requestBody?: { content: Content };
  responses: Record<string, Answer | Reference>;
}

/**
 * The official OpenAPI document of a release line, from the client that upstream publishes. It has 1.8 MB, so it
 * is cut at its own indentation and a part is parsed only when it is asked for.
 */
export class OpenApi {
  readonly #paths: Map<string, string>;
  readonly #components = new Map<string, string>();
  readonly #parsed = new Map<string, unknown>();

  constructor(text: string) {
    const sections = cut(text, /^(\w+):/);
    this.#paths = cut(sections.get('paths') ?? '', /^ {2}(\S+):$/);
    for (const [kind, section] of cut(sections.get('components') ?? '', /^ {2}(\S+):$/))
      for (const [name, block] of cut(section, /^ {4}(\S+):$/)) this.#components.set(`${kind}/${name}`, block);
  }

  /** The operation that describes an address; one without parameters wins over `{id}`. */
  operation(method: string, path: string): Operation | undefined {
    const names = [...this.#paths.keys()];
    const name = names.find((one) => one === path) ?? names.find((one) => describes(one, path));
    const item = name && (this.#part(this.#paths, name) as Record<string, Operation>);
    return item ? item[method.toLowerCase()] : undefined;
  }

  /** What `#/components/<kind>/<name>` stands for. */
  resolve<T>($ref: string): T {
    return this.#part(this.#components, $ref.replace('#/components/', '')) as T;
  }

  #part(blocks: Map<string, string>, name: string): unknown {
    if (!this.#parsed.has(name)) {
      const whole = parse(blocks.get(name) ?? '') as Record<string, unknown> | null;
      this.#parsed.set(name, Object.values(whole ?? {})[0]);
    }
    return this.#parsed.get(name);
  }
}

/** The blocks of a text that begin with lines like `head`, by the name in that line. */
function cut(text: string, head: RegExp): Map<string, string> {
  const blocks = new Map<string, string[]>();
  let block: string[] = [];
  for (const line of text.split('\n')) {
    const name = head.exec(line)?.[1];
    if (name) {
      block = [];
      blocks.set(name, block);
    }
    block.push(line);
  }
  return new Map([...blocks].map(([name, lines]) => [name, lines.join('\n')]));
}

/** The package with the document of a release. */
export const documentOf = (era: Era): string => (era.baseUrl ? 'authentik-api-2026.8' : 'authentik-api-2026.5');

export function readDocument(document: string): OpenApi {
  return new OpenApi(readFileSync(createRequire(import.meta.url).resolve(`${document}/schema.yml`), 'utf8'));
}
