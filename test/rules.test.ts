import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Shown } from '../src/model/shown.ts';
import { breaches, readProse, templateLogic } from './machine/walls.ts';

const root = join(import.meta.dirname, '..');

function files(folder: string): { path: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(join(root, folder).length + 1), text: readFileSync(path, 'utf8') }));
}

const source = files('src').filter(({ path }) => path.endsWith('.ts'));
const lengths = source.map(({ text }) => text.split('\n').length - 1).sort((a, b) => a - b);
const median = lengths[Math.floor(lengths.length / 2)] ?? 0;

describe('src', () => {
  test('keeps its walls', () => {
    expect(source).not.toEqual([]);
    expect(source.flatMap(({ path, text }) => breaches(path, text))).toEqual([]);
  });

  test('decides nothing by words that it shows', () => {
    expect(source.flatMap(({ path, text }) => readProse(path, text))).toEqual([]);
  });

  test('has no file over 250 lines', () => {
    const long = source.filter(({ text }) => text.split('\n').length - 1 > 250);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test(`has a median file of at most 80 lines (${median} of ${lengths.length} files)`, () => {
    expect(median).toBeLessThanOrEqual(80);
  });

  test('leaves nothing for later', () => {
    const later = [...source, ...files('bin'), ...files('templates')].filter(({ text }) =>
      /\b(TO[D]O|FIX[M]E)\b/.test(text),
    );
    expect(later.map(({ path }) => path)).toEqual([]);
  });
});

test('templates hold layout only', () => {
  expect(files('templates').flatMap(({ path, text }) => templateLogic(text).map((tag) => `${path}: ${tag}`))).toEqual(
    [],
  );
});

describe('the walls catch', () => {
  test.each([
    ['a static import', 'model/x.ts', "import { a } from '../world/files.ts';", 'model may not import world'],
    ['a type import', 'model/x.ts', "import type { A } from '../engine/kind.ts';", 'model may not import engine'],
    ['a side-effect import', 'desired/x.ts', "import '../world/files.ts';", 'desired may not import world'],
    ['export from', 'report/x.ts', "export { a } from '../kinds/file.ts';", 'report may not import kinds'],
    ['export all', 'report/x.ts', "export * from '../world/docker.ts';", 'report may not import world'],
    ['import()', 'engine/x.ts', "const a = await import('../kinds/file.ts');", 'engine may not import kinds'],
    ['import() of a template', 'engine/x.ts', 'await import(`../kinds/file.ts`);', 'engine may not import kinds'],
    ['a computed import()', 'engine/x.ts', 'await import(name);', 'imports a computed name'],
    ['an import type', 'world/x.ts', "type A = import('../engine/kind.ts').A;", 'world may not import engine'],
    [
      'a format that looks around',
      'formats/x.ts',
      "import '../config/homeauth-yaml.ts';",
      'formats may not import config',
    ],
    ['a deeper folder', 'kinds/a/x.ts', "import '../../report/text.ts';", 'kinds may not import report'],
    ['an impatient command', 'cli.ts', "import { run } from './commands/plan.ts';", 'cli imports commands lazily only'],
    [
      'a command that reads the command line',
      'commands/x.ts',
      "import { init } from '../cli/set-up.ts';",
      'types of cli only',
    ],
    ['main past the command line', 'main.ts', "import './kinds/plan.ts';", 'main may not import kinds'],
    [
      'a way round the world',
      'kinds/x.ts',
      "import { nodeFiles } from '../world/files.ts';",
      'types of the world only',
    ],
    ['a lazy one', 'commands/x.ts', "await import('../world/files.ts');", 'types of the world only'],
    [
      'a proxy past its interface',
      'doctor/x.ts',
      "import { portTaken } from '../proxy/caddy/unfit.ts';",
      'through its interface only',
    ],
    ['a way out of src', 'config/x.ts', "import '../../test/fakes/world.ts';", 'lies outside src'],
    ['node:fs', 'config/x.ts', "import { readFileSync } from 'node:fs';", 'only world may import node:fs'],
    ['a bare fs', 'config/x.ts', "import fs from 'fs';", 'only world may import fs'],
    [
      'fs/promises',
      'kinds/x.ts',
      "import { readFile } from 'node:fs/promises';",
      'only world may import node:fs/promises',
    ],
    ['child_process', 'cli.ts', "await import('node:child_process');", 'only world may import node:child_process'],
    ['dockerode', 'kinds/x.ts', "import type Docker from 'dockerode';", 'only world may import dockerode'],
    ['fetch', 'kinds/x.ts', "await fetch('http://x');", 'only world may call fetch'],
    ['process.env', 'config/x.ts', 'const a = process.env.HOME;', 'config may not touch process.env'],
    ["process['env']", 'config/x.ts', "const a = process['env'];", 'config may not touch process.env'],
    ['process.exit', 'commands/x.ts', 'process.exit(1);', 'commands may not touch process.exit'],
    ['process.stdout', 'report/x.ts', "process.stdout.write('a');", 'report may not touch process.stdout'],
    ['console', 'report/x.ts', "console.log('a');", 'report may not print'],
    ['a room nobody planned', 'utils/x.ts', '', 'there is no room called utils'],
  ])('%s', (_, path, text, breach) => {
    expect(breaches(path, text)).toEqual([expect.stringContaining(breach)]);
  });

  test.each([
    ['a comment', 'model/x.ts', "// import '../world/files.ts'\n/* process.env */"],
    ['text', 'model/x.ts', `const hint = "import x from '../world/files.ts'; process.env";`],
    ['its own room', 'model/x.ts', "import { a } from './change.ts';"],
    ['a format', 'kinds/x.ts', "import { quote } from '../formats/yaml.ts';"],
    ['an open door', 'desired/x.ts', "import type { Config } from '../config/config.ts';"],
    ['the world', 'world/x.ts', "import { readFile } from 'node:fs/promises';\nimport Docker from 'dockerode';"],
    ["a proxy's kind", 'kinds/index.ts', "import { caddyKind } from '../proxy/caddy/kind.ts';"],
    ['a lazy command', 'cli.ts', "const { plan } = await import('./commands/plan.ts');"],
    ['a harmless library', 'config/x.ts', "import { z } from 'zod';\nimport { join } from 'node:path';"],
    ['the platform', 'config/x.ts', 'const a = process.platform;'],
  ])('no breach in %s', (_, path, text) => {
    expect(breaches(path, text)).toEqual([]);
  });

  test('logic in a template, and only that', () => {
    const layout = '{{#if a}}{{yaml b}}{{else}}{{~/if~}}{{#each c}}{{this}}{{/each}}{{! a (note) }}';
    expect(templateLogic(layout)).toEqual([]);
    expect(
      templateLogic('{{#unless a}}{{/unless}}{{#with b}}{{/with}}{{yaml (or a b)}}{{#if (eq a b)}}{{/if}}'),
    ).toEqual(['{{#unless a}}', '{{#with b}}', '{{yaml (or a b)}}', '{{#if (eq a b)}}']);
  });
});

describe('words that are shown', () => {
  test.each([
    ['a pattern', "if (/no certificate/.test(found.cause ?? '')) retry();"],
    ['a pattern that picks something out', 'const name = because.map((reason) => /^"(.*)"$/.exec(reason)?.[1]);'],
    ['a beginning', "if (finding.title.startsWith('container caddy ')) return;"],
    ['a part', "const { problem } = error; return problem.includes('nothing listens');"],
    ['a cut', "const [first] = failure.problem.split('. ');"],
    ['a sentence', "if (because === 'holds your data') return;"],
  ])('are not looked into: %s', (_, text) => {
    expect(readProse('verify/x.ts', text)).toEqual([expect.stringContaining('its own prose')]);
  });

  test.each([
    ['composing', 'const text = `${problem} ${because.join("; ")}`;'],
    ['a code', "if (failure.code === 'port-taken' || because.code === 'late') return;"],
    ['the words of others', "if (/no space left/.test(stderr) || body.includes('authentik starting')) return;"],
  ])('%s is no look', (_, text) => {
    expect(readProse('verify/x.ts', text)).toEqual([]);
  });

  /** What goes by another name is seen by its type: each of these must not compile. */
  test('fit no pattern, and have no methods', () => {
    const looks = (text: Shown) => [
      // @ts-expect-error no text for a pattern
      /late/.test(text),
      // @ts-expect-error not to be searched
      text.includes('late'),
      // @ts-expect-error not to be cut
      text.split('. '),
    ];
    expect(looks('it was late')).toHaveLength(3);
  });
});

test('the page on architecture names what is there', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const named = [
    ...page.matchAll(
      /`((?:src|test|docs|catalogue|templates|bin)\/[\w./-]*)`|^((?:src|bin|catalogue|templates|test)\/\S*)/gm,
    ),
  ];
  const paths = named.map(([, quoted, listed]) => quoted ?? listed ?? '');
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(rooms.map(({ name }) => `src/${name}/`).filter((room) => !paths.includes(room))).toEqual([]);
});
