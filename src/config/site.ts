import type { Refusal } from './refusal.ts';

/** What an app can be told about who is logged in, and authentik's header for it. */
export const claims = {
  username: 'X-Authentik-Username',
  name: 'X-Authentik-Name',
  email: 'X-Authentik-Email',
  groups: 'X-Authentik-Groups',
  entitlements: 'X-Authentik-Entitlements',
  uid: 'X-Authentik-Uid',
} as const;

/** A header that the owner sets on the way to an app or back. */
export function checkHeaderName(value: string): Refusal | undefined {
  if (!/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(value)) {
    return {
      problem: 'is no name of a header',
      fix: 'Write letters, digits and single hyphens, like Remote-User. Caddy drops names with an underscore.',
    };
  }
  if (/^x-authentik-/i.test(value)) {
    return {
      problem: "is one of authentik's own headers",
      why: 'They say who is logged in, and only authentik may.',
      fix: 'To give them another name: identity-headers.',
    };
  }
  if (/^(connection|upgrade|transfer-encoding|content-length|cookie|te|trailer)$/i.test(value)) {
    return { problem: 'belongs to the connection', why: 'Caddy and the app agree on it.', fix: 'Leave it out.' };
  }
  return undefined;
}

/** A header's value, to the letter. */
export function checkHeaderValue(value: string): Refusal | undefined {
  if (value === '') return { problem: 'is empty', fix: 'Write a value, or null to take the header off.' };
  if (/[{}\p{Cc}]/u.test(value)) {
    return {
      problem: 'has a brace or a control character in it',
      why: 'Caddy would put a variable there.',
      fix: 'Write the value to the letter, or use extra for what Caddy has to fill in.',
    };
  }
  if (value.includes('`') && /["\\]/.test(value)) {
    return { problem: 'has backquotes together with quotes or backslashes', fix: 'Write it without one of them.' };
  }
  return undefined;
}

/** A size as Caddy reads it. */
export function checkSize(value: string): Refusal | undefined {
  if (/^[1-9]\d*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/.test(value)) return undefined;
  return { problem: 'is no size', fix: 'Write a number and a unit, like 512MB or 10GB.' };
}

/**
 * Lines for Caddy inside of a route. What is not balanced would end the route, and what follows would stand beside the
 * login; so a brace stands at a line's end or is a line, as people write it, and nothing hides one.
 */
export function checkCaddyLines(value: string): Refusal | undefined {
  const fix = 'Write directives as inside of a route { }: every { at the end of a line, every } alone on its line.';
  // Other blanks than these part words for JavaScript and not for Caddy, or the other way round.
  if (/[^\P{Cc}\n\t]|[^\S \n\t]|\p{Cs}/u.test(value)) {
    return { problem: 'has a control character or a blank of an unusual sort in it', fix };
  }
  if (value.includes('# homeauth:')) {
    return {
      problem: "has a mark of homeauth's own in it, # homeauth:",
      why: 'homeauth finds its part of the Caddyfile by these marks.',
      fix: 'Write that comment in other words.',
    };
  }
  if (value.includes('<<')) return { problem: 'has a heredoc (<<) in it', fix };
  if (value.includes('{$')) {
    return {
      problem: 'takes a variable of the environment, {$NAME}, before Caddy reads the text',
      why: 'Its value could end the route, and open the app.',
      fix: 'Write {env.NAME}, which Caddy fills in later.',
    };
  }
  // What a comment says after it is nothing that it imports.
  if (/^\s*["`]?import["`]?\s.*[^\w\s-]/m.test(value.replaceAll(/\s#.*$/gm, ''))) {
    return {
      problem: 'imports a file, or a snippet with arguments',
      why: 'Braces that are not balanced there would end the route, and open the app.',
      fix: 'Write its lines here, or import a snippet of your Caddyfile by its name alone.',
    };
  }
  let depth = 0;
  for (const [n, line] of value.split('\n').entries()) {
    const found = braceOf(line);
    if (found === undefined) return { problem: `has a brace or a quote in line ${n + 1} that is not plain`, fix };
    depth += found;
    if (depth < 0) return { problem: `closes in line ${n + 1} more than it opened`, fix };
  }
  return depth > 0 ? { problem: 'opens more than it closes', fix } : undefined;
}

/** A word of a Caddyfile: in double quotes, in backquotes, or bare. A quote counts at the beginning of a word alone. */
const word = /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|[^\s"`\\]\S*)/y;

/** 1 where a line opens a block, -1 where it closes one, else 0; undefined where that cannot be told at a glance. */
function braceOf(line: string): number | undefined {
  const words: string[] = [];
  const text = line.trimEnd();
  for (word.lastIndex = 0; word.lastIndex < text.length; ) {
    const found = word.exec(text)?.[1];
    // A quote that goes on in the next line, or a backslash, which takes away what the next character means.
    if (found === undefined || /^[^"`].*\\$/.test(found)) return undefined;
    if (found.startsWith('#')) {
      // It takes away the end of a comment's line, too.
      if (line.includes('\\')) return undefined;
      break;
    }
    words.push(found);
  }
  const braces = words.filter((one) => /^["`]?[{}]["`]?$/.test(one));
  if (braces.length === 0) return 0;
  if (braces.length > 1) return undefined;
  if (words.length === 1) return words[0] === '}' ? -1 : undefined;
  return words.at(-1) === '{' ? 1 : undefined;
}
