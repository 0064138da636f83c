import { Failure } from '../model/failure.ts';
import { expandVariables } from './env-variables.ts';

const bare = /^[A-Za-z0-9_./:@%+=,~^&*()!?;<>|{}[\]-]*$/;
const name = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
/** NUL ends a variable, Compose drops CR, and half a surrogate pair is no text. */
const impossible = /[\0\r\p{Cs}]/u;

/** NAME=value lines that Compose v2 reads back as exactly these values, in this order. */
export function encodeEnv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => {
      if (!name.test(key)) throw new Error(`${key} is no name of a variable`);
      if (impossible.test(value)) throw unwritable(key);
      return `${key}=${encodeValue(value)}\n`;
    })
    .join('');
}

/** What Compose takes for blanks within a line, and for white space elsewhere: Go's ideas, not JavaScript's. */
const blank = '[\\t\\v\\f\\r \\u0085\\u00a0]';
const space = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const comments = new RegExp(`^(?:${space}+|#[^\\n]*)+`);
const leading = new RegExp(`^${blank}+`);
const statement = new RegExp(`^(?:export${space}+)?([\\p{L}\\p{N}_.[\\]-]*)${blank}*([=:\\n]|$)`, 'u');
const trailing = new RegExp(`${space}+$`);

/** The right-hand side of a line: bare where every reader agrees, else single quotes, else double quotes. */
export function encodeValue(value: string): string {
  if (impossible.test(value)) throw unwritable('A value');
  if (bare.test(value)) return value;
  if (!/['\n]|\\$/.test(value)) return `'${value}'`;
  const escaped = value.replace(/[\\"$]/g, '\\$&').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}

/**
 * The values that Compose v2 reads from an env file, one written by hand included: comments, `export`, quotes,
 * escapes, and `$NAME` of earlier lines. Variables of the shell count as not set. A name given twice: the last wins.
 * @param path the file's name, for words
 * @throws Failure where Compose refuses the text
 */
export function decodeEnv(text: string, path = 'the env file'): Record<string, string> {
  const values = new Map<string, string>();
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  let rest = afterBlanks(source);
  while (rest !== '') {
    const line = source.slice(0, source.length - rest.length).split('\n').length;
    const refuse = (why: string): never => {
      throw unreadable(path, line, why);
    };
    const key = statement.exec(rest);
    if (!key?.[1]) return refuse('it does not begin with NAME=');
    rest = rest.slice(key[0].length);
    if (key[2] === '=' || key[2] === ':') {
      const lookup = (variable: string) => values.get(variable);
      const [value, after] = readValue(rest.replace(leading, ''), lookup, refuse);
      values.set(key[1], value);
      rest = after;
    }
    rest = afterBlanks(rest);
  }
  return Object.fromEntries(values);
}

const afterBlanks = (text: string): string => text.replace(comments, '');

/** A value and the text behind it. */
function readValue(
  text: string,
  lookup: (variable: string) => string | undefined,
  refuse: (why: string) => never,
): [value: string, rest: string] {
  const expand = (value: string): string => expandVariables(value, lookup, refuse);
  const quote = text[0];
  if (quote !== "'" && quote !== '"') {
    const end = text.indexOf('\n');
    const whole = end < 0 ? text : text.slice(0, end);
    return [expand(whole.split(' #')[0]!.replace(trailing, '')), text.slice(whole.length)];
  }
  const quoted = (quote === "'" ? /^'((?:\\.|[^'\\])*)'/s : /^"((?:\\.|[^"\\])*)"/s).exec(text);
  if (!quoted) return refuse('a quote is opened and never closed');
  const inside = quoted[1]!.replaceAll(`\\${quote}`, quote);
  return [quote === "'" ? inside : expand(unescaped(inside)), text.slice(quoted[0].length)];
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  c: '\\c',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  $: '$$',
};

const unescaped = (value: string): string =>
  value.replace(/\\([abcfnrtv$"\\])/g, (_, letter: string) => escapes[letter] ?? letter);

const unwritable = (what: string): Failure =>
  new Failure({
    code: 'env-value',
    problem: `${what} holds a NUL, a carriage return or broken Unicode, which no env file can hold.`,
    fix: 'Give a value without it: it often comes in with text copied from Windows.',
  });

const unreadable = (path: string, line: number, why: string): Failure =>
  new Failure({
    code: 'env-unreadable',
    problem: `Line ${line} of ${path} cannot be read: ${why}.`,
    why: 'Docker Compose refuses such a file too.',
    fix: `Correct line ${line}: NAME='value' is always right for a value without a single quote.`,
  });
