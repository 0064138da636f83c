import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../../..');
let bundled: Promise<string> | undefined;

/** The program that is killed, as one file: hundreds are started, and tsx takes longer to begin than many of them live. */
export function bundledProcess(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const outfile = join(root, '.cache/test/crash-process.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'process.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    // Templates are found from where the code is, one folder below src.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'src/world/templates.ts')).href) },
  });
  return outfile;
}
