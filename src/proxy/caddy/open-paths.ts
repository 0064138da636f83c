/**
 * What the request target must be like, as an expression of Go's: what Caddy compares is cleaned and without regard to
 * case, and the app gets what was sent.
 */
export function openTargets(paths: readonly string[]): string {
  const each = paths.map((path) => {
    const literal = path.replace(/\/\*$/, '/').replaceAll(/[.+]/g, '[$&]');
    return path.endsWith('/*') ? literal : `${literal}([?]|$)`;
  });
  return `^(${each.join('|')})`;
}

/**
 * What an app may read as another path than it looks like: dot segments and doubled slashes; a semicolon, where Java's
 * servers cut; a backslash, a slash in other Unicode clothes (overlong UTF-8), control characters, and the same or a
 * percent sign escaped.
 */
export const oddTargets = '(?i)^[^?]*(//|/[.][.]?([/?]|$)|[;\\\\]|%(25|2e|2f|3b|5c|7f|[01].|c[01]|e0%[89]|f0%8))';
