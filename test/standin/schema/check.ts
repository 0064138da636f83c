import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Json } from '../state.ts';
import { convert, referencesOf } from './convert.ts';
import type { Answer, OpenApi, Operation, Parameter } from './document.ts';

export interface Exchanged {
  method: string;
  /** Below `/api/v3`. */
  path: string;
  query: URLSearchParams;
  sent: unknown;
  status: number;
  answered: unknown;
}

/** Compares exchanges with an OpenAPI document and says in sentences what does not fit. */
export class SchemaCheck {
  readonly #document: OpenApi;
  readonly #ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenApi) {
    this.#document = document;
    addFormats.default(this.#ajv);
    // Fields that may be blank keep their format in the document, and an empty text is right for them.
    for (const name of ['uri', 'email']) {
      const format = this.#ajv.formats[name];
      const fits = (value: string): boolean => (format instanceof RegExp ? format.test(value) : true);
      this.#ajv.addFormat(name, (value) => value === '' || fits(value));
    }
  }

  /** What is wrong with one exchange. A refused request may be wrong: that is why it was refused. */
  violations(one: Exchanged): string[] {
    const operation = this.#document.operation(one.method, one.path);
    const at = `${one.method} ${one.path}`;
    if (!operation) return one.status < 400 ? [`${at}: not in the schema`] : [];
    const content = operation.requestBody?.content;
    const request = one.status < 300 ? this.#request(operation, one, content) : [];
    return [...request, ...this.#answer(operation, one)].map((problem) => `${at}: ${problem}`);
  }

  #request(operation: Operation, { query, sent }: Exchanged, content: Answer['content']): string[] {
    const all = (operation.parameters ?? []).map(
      (one): Parameter => ('$ref' in one ? this.#document.resolve(one.$ref) : one),
    );
    const foreign = [...new Set(query.keys())].filter(
      (name) => !all.some((one) => one.in === 'query' && one.name === name),
    );
    return [
      ...foreign.map((name) => `the filter "${name}" does not exist, and authentik would ignore it`),
      ...(content ? this.#body(content, sent ?? {}, 'request') : []),
    ];
  }

  #answer(operation: Operation, { status, answered }: Exchanged): string[] {
    const found = operation.responses[String(status)];
    // The document does not know 404 and 405, and describes 400 here and there as "Bad request" only.
    if (!found) return status >= 400 ? [] : [`status ${status} is not in the schema`];
    const answer: Answer = '$ref' in found ? this.#document.resolve(found.$ref) : found;
    if (answer.content) return this.#body(answer.content, answered, `answer ${status}`);
    return answered === undefined || status >= 400 ? [] : [`answer ${status} should be empty`];
  }

  #body(content: Answer['content'], value: unknown, what: string): string[] {
    const schema = (content?.['application/json'] ?? content?.['multipart/form-data'])?.schema;
    if (schema === undefined) return [];
    const validate = this.#compile(this.#variant(schema, value));
    if (validate(value ?? null)) return [];
    return (validate.errors ?? []).map(
      (error) => `${what}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
  }

  /** Where the document offers one schema for each `component`, the one that is meant. */
  #variant(schema: unknown, value: unknown): unknown {
    const { $ref } = schema as { $ref?: string };
    const whole = $ref ? this.#document.resolve<Json>($ref) : (schema as Json);
    const { propertyName = '', mapping = {} } = (whole['discriminator'] ?? {}) as {
      propertyName?: string;
      mapping?: Record<string, string>;
    };
    const meant = mapping[String((value as Json | null | undefined)?.[propertyName])];
    return meant ? { $ref: meant } : schema;
  }

  #compile(schema: unknown): ValidateFunction {
    const key = JSON.stringify(schema);
    const known = this.#compiled.get(key);
    if (known) return known;
    this.#learn(schema);
    const made = this.#ajv.compile(convert(schema) as Json);
    this.#compiled.set(key, made);
    return made;
  }

  /** Gives ajv every schema that this one leads to. */
  #learn(schema: unknown): void {
    for (const $ref of referencesOf(schema)) {
      if (this.#ajv.schemas[$ref]) continue;
      const found = this.#document.resolve($ref);
      this.#ajv.addSchema(convert(found) as Json, $ref);
      this.#learn(found);
    }
  }
}
