import { fill, type Placeholder } from '../../catalogue/placeholders.ts';
import type { KnownApp } from '../../catalogue/schema.ts';
import { blockOf, callable, runnable, writable, writtenIn } from '../../config/app-settings.ts';
import type { App } from '../../config/config.ts';
import type { AppSettings } from '../../model/app-login.ts';

type Header = NonNullable<KnownApp['forward-auth']['header-login']>;
/** What an app is told, in whichever way. */
type Block = Pick<Header, AppSettings['way'] | 'settings-notes'>;

/** Filled in by the app itself, or by its owner. */
const literal = ['appApiKey', 'randomSecret', 'providerId', 'strategyId', 'userGroup', 'proxyIp', 'proxyCidr'];

/** What is entered in an app that asks authentik by itself, as far as homeauth does not write it. */
export function toEnter(
  app: App,
  known: KnownApp | undefined,
  values: Partial<Record<Placeholder, string>>,
): AppSettings | undefined {
  const block = blockOf(known, app.login);
  if (!known || !block) return undefined;
  const way = block['configured-by'];
  const { file, commands, api } = writtenIn(app) ?? {};
  if (way === 'env' || file || commands || api) return { way, entries: [], notes: block['settings-notes'] };
  const settings = enteredIn(way, block, values, known);
  return { ...settings, notes: [...settings.notes, ...ableTo(block, app)] };
}

/** How homeauth could set them itself. It takes a new entry: what is in homeauth.yaml, add-app does not change. */
function ableTo(block: ReturnType<typeof blockOf>, { name, login, upstream = '' }: App): string[] {
  const [container] = upstream.split(':');
  const [api, place] = [callable(block), writable(block)?.place];
  const line = api
    ? `api-key-file: FILE, with ${api.key.is}`
    : runnable(block)
      ? `settings-in: ${container}`
      : place?.startsWith('/') && `settings-in: ${container}:${place}`;
  return line ? [`homeauth sets these itself with a line below ${login} of ${name} in homeauth.yaml: ${line}`] : [];
}

/** What is entered in an app, the placeholders filled in. */
export function enteredIn(
  way: AppSettings['way'],
  block: Block,
  values: Partial<Record<Placeholder, string>>,
  known: Pick<KnownApp, 'literal'>,
): AppSettings {
  const unknown = literal.filter((name) => !Object.hasOwn(values, name));
  const filled = <T extends Parameters<typeof fill>[0]>(data: T): T =>
    fill(data, values, [...known.literal, ...unknown]);
  const notes = block['settings-notes'];
  switch (way) {
    case 'env':
      return { way, entries: entriesIn(filled(block.env ?? {})), notes };
    case 'ui': {
      const { page, fields = {} } = block.ui ?? {};
      return { way, ...(page !== undefined && { place: page }), entries: entriesIn(filled(fields)), notes };
    }
    case 'file': {
      const { place, content = {} } = block.file ?? {};
      return { way, ...(place !== undefined && { place }), entries: entriesIn(filled(content)), notes };
    }
    case 'api': {
      const { api } = block;
      const place = api && `${api.method} ${api.path}`;
      return { way, ...(place !== undefined && { place }), entries: entriesIn(filled(api?.body ?? {})), notes };
    }
    case 'exec':
      return { way, entries: filled(linesOf(block)).map((line) => ['', line] as const), notes };
  }
}

/** Variables of the commands first, as they are exported before them. */
const linesOf = ({ exec }: Block): string[] => [
  ...Object.entries(exec?.variables ?? {}).map(([name, value]) => `export ${name}="${value}"`),
  ...(exec?.commands ?? []).map((one) => (typeof one === 'string' ? one : one.set)),
];

/** The way of a block that names none: the one that it has. */
export const wayOf = (block: Block): AppSettings['way'] | undefined =>
  (['env', 'file', 'api', 'exec', 'ui'] as const).find((way) => block[way] !== undefined);

/** Each value with the way to it, levels parted by dots. */
function entriesIn(data: unknown, above = ''): (readonly [string, string])[] {
  if (typeof data !== 'object' || data === null) return [[above, String(data)]];
  if (Array.isArray(data))
    return [[above, data.map((one) => (typeof one === 'object' ? JSON.stringify(one) : one)).join(', ')]];
  return Object.entries(data).flatMap(([key, value]) => entriesIn(value, above === '' ? key : `${above}.${key}`));
}
