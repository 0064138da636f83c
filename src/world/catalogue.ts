import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeOf } from './file-failures.ts';

const folder = fileURLToPath(new URL('../../catalogue/', import.meta.url));

/** The files of catalogue/, by app. Part of the package, like its code. */
export const packagedCatalogue = {
  names: (): readonly string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => name.slice(0, -'.yaml'.length))
      .sort(),

  text(name: string): string | undefined {
    // What an owner typed names a file here; nothing but a slug does.
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return undefined;
    try {
      return readFileSync(`${folder}${name}.yaml`, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
};
