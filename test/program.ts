import { type ExecFileOptions, execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';

const checkout = join(import.meta.dirname, '..');

/** What lies beside a source is found from its own address. */
const addresses: Plugin = {
  name: 'addresses',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/(src|test)\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    }),
};

/**
 * A script that imports from './src/' or './test/', as a file that node runs, in a directory of its own: to compile each source
 * when it is imported would take longer than most of what a test does with it.
 */
export async function compiled(script: string, directory: string): Promise<string> {
  await build({
    stdin: { contents: script, resolveDir: checkout, loader: 'ts' },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: [addresses],
  });
  await symlink(join(checkout, 'node_modules'), join(directory, 'node_modules'));
  await chmod(directory, 0o755);
  return join(directory, 'stdin.mjs');
}

/** A directory that holds one program, `homeauth`: the one whose source is here, without a build. */
export async function programDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'homeauth-'));
  const main = await compiled(
    `import { main } from './src/main.ts'; process.exitCode = await main(process.argv.slice(2));`,
    join(directory, '.program'),
  );
  const path = join(directory, 'homeauth');
  await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  await chmod(path, 0o755);
  return directory;
}

/** Runs a program to its end, however it ends. */
export const outcome = (program: string, args: readonly string[], options: ExecFileOptions = {}) =>
  promisify(execFile)(program, args, { encoding: 'utf8', ...options }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
