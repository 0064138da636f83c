import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Puts the container's entry point into one CommonJS file that node runs without anything beside it. */
export async function bundleStandin(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // pg asks for its native variant only when told to; the schema check is for tests.
    external: ['pg-native', 'ajv', 'ajv-formats', 'yaml'],
    logLevel: 'error',
    // The schema check finds its documents from its own address, which a bundle does not have and does not need.
    logOverride: { 'empty-import-meta': 'silent' },
  });
}
