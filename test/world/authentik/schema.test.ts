import { build } from 'esbuild';
import { expect, test } from 'vitest';

test("authentik's own client lends its types and is needed by nothing that runs", async () => {
  const { metafile } = await build({
    entryPoints: ['src/world/authentik/client.ts', 'src/world/authentik/login.ts', 'src/kinds/provider.ts'],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'unused',
    write: false,
    metafile: true,
  });
  const needed = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(needed).toContain('undici');
  expect(needed.filter((path) => path.includes('authentik'))).toEqual([]);
});
