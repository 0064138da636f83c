import { Failure } from '../model/failure.ts';

/**
 * One argument of a Caddyfile, taken literally: bare, in double quotes, or in backquotes where it holds quotes or
 * backslashes.
 * @throws Failure for braces (Caddy would put a variable there), control characters, and all three at once
 */
export function quoteCaddy(value: string | number | boolean): string {
  const token = String(value);
  if (/^[A-Za-z0-9_./:@%+=,~*?&-]+$/.test(token)) return token;
  if (/[{}\p{Cc}\p{Cs}]/u.test(token)) throw refused('a brace or a control character', 'cannot be written into');
  if (!/["\\]/.test(token)) return `"${token}"`;
  if (!token.includes('`')) return `\`${token}\``;
  throw refused('backquotes together with quotes or backslashes', 'cannot be quoted in');
}

const refused = (what: string, cannot: string): Failure =>
  new Failure({
    code: 'caddyfile-text',
    problem: `A value for Caddy holds ${what}, and so it ${cannot} a Caddyfile.`,
    fix: 'Choose a value without it in homeauth.yaml.',
  });
