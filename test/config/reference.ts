import { jsonSchemaText } from '../../src/config/json-schema.ts';

interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly 'x-default'?: string;
  readonly enum?: readonly string[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** The tables of docs/configuration.md: every key of the schema, its default and its meaning. */
export function reference(): string {
  const root = JSON.parse(jsonSchemaText()) as Schema;
  const properties = root.properties ?? {};
  const app = properties['apps']?.items?.anyOf?.find(({ type }) => type === 'object');
  const sections = Object.entries(properties).filter(([, { type }]) => type === 'object');
  return [
    section('At the top', root),
    ...sections.map(([name, schema]) => section(`\`${name}\``, schema)),
    section('An entry of `apps`', app ?? {}),
    ...Object.entries(app?.properties ?? {})
      .filter(([, value]) => value.properties !== undefined)
      .map(([name, schema]) => section(`\`${name}\` of an app`, schema)),
  ].join('\n');
}

function section(title: string, schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => [
    `\`${key}\``,
    fallback(key, value, schema),
    meaning(value),
  ]);
  return [`### ${title}`, '', ...table([['key', 'default', 'meaning'], ...rows]), ''].join('\n');
}

/** Columns of even width, as the formatter wants them. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head = '', ...body] = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body];
}

function fallback(key: string, value: Schema, parent: Schema): string {
  if (parent.required?.includes(key)) return '**needed**';
  if (value.type === 'array') return 'none';
  if (value.default !== undefined) return `\`${String(value.default)}\``;
  return value['x-default'] ?? 'none';
}

function meaning(value: Schema): string {
  const choices = value.enum ? `One of ${value.enum.map((choice) => `\`${choice}\``).join(', ')}. ` : '';
  return `${choices}${value.description ?? ''}`;
}
