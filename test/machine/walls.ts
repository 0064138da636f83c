import { parseSync } from 'oxc-parser';

/** Which rooms of src each room may import from. Its own files are always allowed. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  main: ['catalogue', 'cli', 'commands', 'installation', 'config', 'report', 'model', 'world'],
  cli: ['commands', 'installation', 'config', 'report', 'world', 'model'],
  commands: [
    ...['cli', 'doctor', 'verify', 'people', 'mail', 'notify', 'lifecycle', 'installation'],
    ...['config', 'desired', 'engine', 'kinds', 'report', 'catalogue', 'world', 'model'],
  ],
  doctor: [
    'verify',
    'people',
    'installation',
    'desired',
    'proxy',
    'engine',
    'kinds',
    'report',
    'config',
    'world',
    'model',
  ],
  verify: ['installation', 'proxy', 'engine', 'config', 'formats', 'world', 'model'],
  people: ['mail', 'installation', 'desired', 'engine', 'kinds', 'config', 'formats', 'world', 'model'],
  mail: ['installation', 'desired', 'config', 'world', 'model'],
  notify: ['installation', 'report', 'config', 'formats', 'world', 'model'],
  lifecycle: ['installation', 'desired', 'engine', 'kinds', 'config', 'world', 'model'],
  installation: ['catalogue', 'desired', 'proxy', 'engine', 'kinds', 'report', 'config', 'formats', 'world', 'model'],
  config: ['world', 'model', 'catalogue', 'formats'],
  desired: ['config', 'proxy', 'model', 'catalogue', 'formats'],
  proxy: ['config', 'engine', 'formats', 'world', 'model'],
  engine: ['world', 'model'],
  kinds: ['proxy', 'engine', 'formats', 'world', 'model'],
  report: ['engine', 'model', 'config', 'catalogue'],
  catalogue: ['model'],
  formats: ['model'],
  world: ['model'],
  model: [],
};

/** Rooms whose types may be named and whose code may not be loaded. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = { cli: ['installation'], commands: ['cli'] };

/** What of one reverse proxy's own others may import: all else of it is reached through the interface of its room. */
const PROXY_KINDS = /^\/src\/proxy\/([^/]+\/kind|[^/]+)\.ts$/;

/** What only the world may import: the modules that reach out of the process. */
const OUTSIDE = new Set(
  'fs net http https http2 tls dgram dns child_process worker_threads cluster dockerode undici execa nodemailer'.split(
    ' ',
  ),
);
/** The parts of `process` that only these rooms may touch. */
const PROCESS = new Set(['env', 'stdout', 'stderr', 'stdin', 'exit', 'exitCode', 'argv']);
const PROCESS_ROOMS = new Set(['main', 'cli', 'world']);
/** Who may take hold of an adapter. All others are handed a world, so that whoever hands it out can interrupt it. */
const WIRING_ROOMS = new Set(['main', 'world']);
/** What lies in the world and is handed all that it reaches out with. */
const HANDED = new Set(['browser', 'login', 'session'].map((name) => `/src/world/authentik/${name}.ts`));

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

/** The room of a file, by its path below src: the first folder, or the file's own name (`main.ts`, `cli.ts`). */
const roomOf = (path: string) => (path.split('/')[0] ?? '').replace(/\.ts$/, '');

function* nodes(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodes(item);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && typeof value.type === 'string') yield value as Node;
    for (const child of Object.values(value)) yield* nodes(child);
  }
}

/** The text of a string literal or of a template without holes; undefined for anything computed. */
function literal(value: unknown): string | undefined {
  const node = value as Node & { value?: unknown; quasis?: readonly { value: { cooked: string } }[] };
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && node.quasis?.length === 1) return node.quasis[0]?.value.cooked;
  return undefined;
}

function importBreach(path: string, node: Node, target: string | undefined): string | undefined {
  const room = roomOf(path);
  if (target === undefined) return `${path}: imports a computed name`;
  if (!target.startsWith('.')) {
    const outside = target.replace(/^node:/, '').split('/')[0] ?? '';
    return OUTSIDE.has(outside) && room !== 'world' ? `${path}: only world may import ${target}` : undefined;
  }
  const to = new URL(target, `file:///src/${path}`).pathname;
  if (!to.startsWith('/src/')) return `${path}: ${target} lies outside src`;
  const other = roomOf(to.slice('/src/'.length));
  if (other === room) return undefined;
  if (!DOORS[room]?.includes(other)) return `${path}: ${room} may not import ${other}`;
  if (other === 'proxy' && !PROXY_KINDS.test(to)) return `${path}: a proxy is reached through its interface only`;
  const isType = node.type === 'TSImportType' || [node['importKind'], node['exportKind']].includes('type');
  if (other === 'world' && !isType && !WIRING_ROOMS.has(room) && !HANDED.has(to))
    return `${path}: ${room} may import types of the world only`;
  if (TYPES_ONLY[room]?.includes(other) && !isType) return `${path}: ${room} may import types of ${other} only`;
  const lazy = node.type === 'ImportExpression' || isType;
  return room === 'cli' && other === 'commands' && !lazy ? `${path}: cli imports commands lazily only` : undefined;
}

function globalBreach(path: string, node: Node): string | undefined {
  const name = (value: unknown) => (value as { name?: string } | undefined)?.name;
  const room = roomOf(path);
  if (node.type === 'CallExpression' && ['fetch', 'require'].includes(name(node['callee']) ?? '') && room !== 'world') {
    return `${path}: only world may call ${name(node['callee'])}`;
  }
  if (PROCESS_ROOMS.has(room)) return undefined;
  if (node.type === 'MemberExpression' && name(node['object']) === 'console') return `${path}: ${room} may not print`;
  const part = node.type === 'MemberExpression' && name(node['object']) === 'process' && node['property'];
  const touched = part ? (node['computed'] ? literal(part) : name(part)) : undefined;
  return touched && PROCESS.has(touched) ? `${path}: ${room} may not touch process.${touched}` : undefined;
}

const IMPORTS = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/** What a file of src, given by its path below src, does that its room may not. Empty if the walls stand. */
export function breaches(path: string, text: string): string[] {
  if (!DOORS[roomOf(path)]) return [`${path}: there is no room called ${roomOf(path)}`];
  const { program, errors } = parseSync(path, text);
  const found = errors.map((error) => `${path}: ${error.message}`);
  for (const node of nodes(program)) {
    const breach =
      IMPORTS.has(node.type) && node['source']
        ? importBreach(path, node, literal(node['source']))
        : globalBreach(path, node);
    if (breach) found.push(breach);
  }
  return found;
}

/** What a template holds beyond layout: block helpers other than each and if, and expressions inside expressions. */
export function templateLogic(text: string): string[] {
  return [...text.matchAll(/\{\{[^}]*\}\}/g)]
    .map(([tag]) => tag)
    .filter((tag) => /^\{\{~?[#^]\s*(?!(each|if)\b)\w/.test(tag) || (!tag.startsWith('{{!') && tag.includes('(')));
}

/** Names of what is made to be shown. Whatever a program decides, it decides by codes and data, never by these words. */
const SHOWN = new Set('problem because why details cause fix title says waits failed reason'.split(' '));
/** Looking into a text: a method of the text itself, or of a pattern that is given one. */
const LOOKS = new Set(
  'includes startsWith endsWith indexOf search match matchAll split replace replaceAll slice'.split(' '),
);
const PATTERN_LOOKS = new Set(['test', 'exec']);

/** Where a file looks into words that are made for people, or compares them with a sentence. */
export function readProse(path: string, text: string): string[] {
  const nameOf = (value: unknown) => (value as { name?: string } | undefined)?.name;
  const isShown = (value: unknown): boolean =>
    [...nodes(value)].some(
      (node) =>
        (node.type === 'Identifier' && SHOWN.has(nameOf(node) ?? '')) ||
        (node.type === 'MemberExpression' && SHOWN.has(nameOf(node['property']) ?? '')),
    );
  return [...nodes(parseSync(path, text).program)].flatMap((node) => {
    const line = text.slice(0, Number(node['start'])).split('\n').length;
    if (node.type === 'CallExpression') {
      const callee = node['callee'] as Node;
      const method = nameOf(callee['property']) ?? '';
      const looked = LOOKS.has(method) ? callee['object'] : PATTERN_LOOKS.has(method) ? node['arguments'] : undefined;
      return looked && isShown(looked) ? [`${path}:${line} reads its own prose`] : [];
    }
    if (node.type !== 'BinaryExpression' || !/^[!=]==?$/.test(String(node['operator']))) return [];
    const sides = [node['left'], node['right']];
    const isSentence = sides.some((side) => literal(side)?.includes(' '));
    return isSentence && sides.some(isShown) ? [`${path}:${line} compares its own prose`] : [];
  });
}
