import { dirname, resolve } from 'node:path/posix';
import { fileBeside } from './placement.ts';

/**
 * Whether a Caddyfile of the owner's, without our part, takes the file beside it by itself: `import *.caddy`. With a line
 * of our own Caddy would read it twice. A glob in a file that is imported is seen when Caddy reads the very files.
 */
export function takesBeside(own: string, inside: string): boolean {
  const beside = fileBeside(inside);
  const patterns = [...own.matchAll(/^[^\S\n]*import[^\S\n]+["`]?([^\s"`]+)/gm)].map(([, pattern = '']) => pattern);
  return patterns.some((pattern) => matches(resolve(dirname(inside), pattern), beside));
}

/** As Go's filepath.Match has it: a star and a question mark stay within a name. */
function matches(glob: string, path: string): boolean {
  const expression = glob
    .replace(/[.+^$()|\\{}]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  try {
    return new RegExp(`^${expression}$`).test(path);
  } catch {
    return false;
  }
}
