const named = /^[A-Za-z_][A-Za-z0-9_]*/;

/**
 * Compose's substitution: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}`, `${NAME:?}` and their forms
 * without the colon; `$$` is one dollar, and a dollar before anything else stays.
 * @param refuse called with the reason where Compose refuses the text
 */
export function expandVariables(
  text: string,
  lookup: (name: string) => string | undefined,
  refuse: (why: string) => never,
): string {
  let out = '';
  let rest = text;
  for (let at = rest.indexOf('$'); at >= 0; at = rest.indexOf('$')) {
    out += rest.slice(0, at);
    rest = rest.slice(at + 1);
    const name = named.exec(rest)?.[0];
    if (rest.startsWith('$')) {
      out += '$';
      rest = rest.slice(1);
    } else if (name !== undefined) {
      out += lookup(name) ?? '';
      rest = rest.slice(name.length);
    } else if (rest.startsWith('{')) {
      const end = closing(rest);
      if (end < 0) refuse('"${" is opened and never closed');
      out += braced(rest.slice(1, end), lookup, refuse);
      rest = rest.slice(end + 1);
    } else out += '$';
  }
  return out + rest;
}

/** Where the brace that opens `text` is closed. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '}' && --depth === 0) return at;
    if (at === 0 || text.startsWith('${', at)) depth++;
  }
  return -1;
}

function braced(inside: string, lookup: (name: string) => string | undefined, refuse: (why: string) => never): string {
  const [, name, colon, sign, word] = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?)([-?+])(.*))?$/s.exec(inside) ?? [];
  if (name === undefined) return refuse('"${…}" does not name a variable');
  const value = lookup(name);
  if (sign === undefined) return value ?? '';
  const isSet = value !== undefined && !(colon && value === '');
  const other = (): string => expandVariables(word ?? '', lookup, refuse);
  if (sign === '+') return isSet ? other() : '';
  if (isSet) return value;
  return sign === '-' ? other() : refuse(`it needs the variable ${name}`);
}
