import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The source text of templates/, by file name without .hbs. Part of the package, like its code. */
export async function packagedTemplates(): Promise<Readonly<Record<string, string>>> {
  const folder = fileURLToPath(new URL('../../templates/', import.meta.url));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.hbs'));
  const texts = names.map(
    async (name) => [name.slice(0, -'.hbs'.length), await readFile(folder + name, 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}
