import { existsSync } from 'node:fs';
import { build } from 'esbuild';

/** Bundles the stand-in for authentik into one file that needs nothing but Node. Undefined where there is none to bundle. */
export async function bundleStandin(entry: string, outfile: string): Promise<string | undefined> {
  if (!existsSync(entry)) return undefined;
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['pg-native'],
    // pg is CommonJS and asks for Node's own modules with require, which an ES module does not have.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
}
