// Puts what `tsc` wrote into build/ into few files in dist/: one for each command, and beside them what several need. To
// find, read and link some 400 modules took longer than most commands do now.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import Handlebars from 'handlebars';

const common = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  platform: 'node',
  logLevel: 'warning',
  metafile: true,
};

/** Files of their own: what the first one imports when it is wanted, and a program that is started beside homeauth. */
const files = new Set(['build/world/dial-here.js']);
const filesWhenWanted = {
  name: 'files when wanted',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = relative(import.meta.dirname, join(resolveDir, path));
      files.add(file);
      return { path: `./${relative('build', file)}`, external: true };
    }),
};
const licenceIn = async (folder) => (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
const folderOf = (path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0];

/**
 * The large ones, such as undici, stay as they are; so do those that come without the text of their licence, which has
 * to go along with a copy. They are the `dependencies` of package.json.
 */
const packagesApart = {
  name: 'packages apart',
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /^[^./]/ }, async ({ kind, path, resolveDir, pluginData }) => {
      if (pluginData === 'found') return undefined;
      if (kind === 'dynamic-import') return { path, external: true };
      const found = await resolve(path, { kind, resolveDir, pluginData: 'found' });
      const folder = folderOf(found.path);
      return folder && !(await licenceIn(folder)) ? { path, external: true } : found;
    }),
};

/** commander would start commands that are programs of their own. homeauth has none, and to load what starts them takes time. */
const startsNothing = {
  name: 'starts nothing',
  setup: ({ onResolve, onLoad }) => {
    // Only where commander imports it: any other file that did would need it.
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/commander/') ? { path, namespace: 'nothing' } : undefined,
    );
    onLoad({ filter: /^/, namespace: 'nothing' }, () => ({ contents: '' }));
  },
};

/** Templates are read here: for a command that takes longer than to fill them in. */
const templatesRead = {
  name: 'templates read',
  setup: ({ onLoad }) =>
    onLoad({ filter: /build\/formats\/template\.js$/ }, async ({ path }) => {
      const { reading } = await import('./build/formats/template.js');
      const folder = join(import.meta.dirname, 'templates');
      const texts = (await readdir(folder)).sort().map((name) => readFile(join(folder, name), 'utf8'));
      const lines = (await Promise.all(texts)).map(
        (text) => `read.set(${JSON.stringify(text)}, Handlebars.template(${Handlebars.precompile(text, reading)}));`,
      );
      return { contents: [await readFile(path, 'utf8'), ...lines].join('\n') };
    }),
};

await rm('dist', { recursive: true, force: true });
const first = await build({
  ...common,
  entryPoints: ['build/main.js'],
  outfile: 'dist/start.cjs',
  format: 'cjs',
  define: { 'import.meta.url': '__filename' },
  plugins: [filesWhenWanted, startsNothing],
});
const others = await build({
  ...common,
  entryPoints: [...files],
  outdir: 'dist',
  outbase: 'build',
  format: 'esm',
  splitting: true,
  plugins: [packagesApart, templatesRead],
  // As deep as build/world/: what lies beside homeauth is found from there.
  chunkNames: 'parts/[hash]',
  // Packages that are CommonJS ask for Node's own modules so.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
});

const inputs = Object.keys({ ...first.metafile.inputs, ...others.metafile.inputs });
const packages = new Set(inputs.flatMap((path) => folderOf(path) ?? []));
const licences = [...packages].sort().map(async (path) => {
  const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})\n\n${await readFile(join(path, await licenceIn(path)), 'utf8')}`;
});
await writeFile('dist/licences.txt', (await Promise.all(licences)).join(`\n${'-'.repeat(80)}\n`));
