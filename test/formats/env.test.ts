import { describe, expect, test } from 'vitest';
import { decodeEnv, encodeEnv, encodeValue } from '../../src/formats/env.ts';

/** What Compose v2 (2.40.3) gives a container for a line `V=…`, with HOME=/root set by an earlier line. */
const composeReads: readonly [line: string, value: string | undefined][] = [
  ['V=abc-_1+/=@%:,~!^&*()?;<>|{}[]', 'abc-_1+/=@%:,~!^&*()?;<>|{}[]'],
  ['V=a$HOME', 'a/root'],
  ['V=pa$zzword', 'pa'],
  ['V=a$$b', 'a$b'],
  ['V=${HOME}x', '/rootx'],
  ['V=abc$', 'abc$'],
  ['V=a$1b', 'a$1b'],
  ['V=a$-b', 'a$-b'],
  ['V=$(id)', '$(id)'],
  ["V='a$HOME'", 'a$HOME'],
  ["V='a$$b'", 'a$$b'],
  ["V='${HOME}'", '${HOME}'],
  ['V="a$HOME"', 'a/root'],
  ['V="a\\$HOME"', 'a$HOME'],
  ['V=a\\$HOME', 'a\\/root'],
  ['V=a#b', 'a#b'],
  ['V=#b', '#b'],
  ['V=a #b', 'a'],
  ["V='a #b'", 'a #b'],
  ['V="a #b"', 'a #b'],
  ["V='a\\nb'", 'a\\nb'],
  ['V="a\\nb"', 'a\nb'],
  ['V="a\\\\b"', 'a\\b'],
  ["V='a\\\\b'", 'a\\\\b'],
  ["V='a\\b'", 'a\\b'],
  ["V='it\\'s'", "it's"],
  ["V=it's", "it's"],
  ["V='a'b", 'a'],
  ['V=', ''],
  ['V=""', ''],
  ['V', undefined],
  ['V= lead', 'lead'],
  ['V=trail  ', 'trail'],
  ['export V=x', 'x'],
  ['V = x', 'x'],
  ['V: x', 'x'],
  ['V=x\r', 'x'],
  ['V="two\nlines"', 'two\nlines'],
  ['V=$2b$12$abc', '$2b$12'],
  ['V=${NONE:-none}', 'none'],
  ['V=${HOME:+set}', 'set'],
  ['V=first\nV=last', 'last'],
  ['# V=no\nV=yes # why', 'yes'],
];

describe('decodeEnv', () => {
  test.each(composeReads)('%j', (line, value) => {
    expect(decodeEnv(`HOME=/root\n${line}\n`)['V']).toBe(value);
    expect(decodeEnv(`HOME=/root\n${line}`)['V']).toBe(value);
  });

  test.each(['V=a${b', "V='ab\\'", "V='tis", 'V="ab', 'V=${1}', 'V=${NONE:?}', '=x', 'a b=x'])(
    '%j is refused, as Compose does, and names the line',
    (line) => {
      expect(() => decodeEnv(`# first\n\nX=secret\n${line}\n`)).toThrow(/^Line 4 of the env file cannot be read: /);
    },
  );

  test('the reason never holds a value', () => {
    expect(() => decodeEnv('V="hunter2')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });

  test('a byte order mark is no part of the first name', () => {
    expect(decodeEnv('\uFEFFV=x\n')).toEqual({ V: 'x' });
  });

  test('the password that a by-hand file repeats', () => {
    const text = 'POSTGRES_PASSWORD=abc\nAUTHENTIK_POSTGRESQL__PASSWORD=${POSTGRES_PASSWORD}\n';
    expect(decodeEnv(text)['AUTHENTIK_POSTGRESQL__PASSWORD']).toBe('abc');
  });

  test('names that are also properties of every object', () => {
    expect(decodeEnv('V=$constructor${toString}\n__proto__=x\n')).toMatchObject({ V: '' });
  });
});

describe('encodeEnv', () => {
  test('keeps the order and decodes to the same values', () => {
    const values = { B: '', A: 'x y', C: "it's $5 \\ #1\nand more", D: '日本 🚀', E: 'ends in \\', F: 'a"b`c' };
    expect(Object.entries(decodeEnv(encodeEnv(values)))).toEqual(Object.entries(values));
  });

  test('letters and digits stay bare, so that every reader agrees', () => {
    expect(encodeValue('Abc123')).toBe('Abc123');
  });

  test.each(['a\0b', 'a\rb', 'a\ud800b'])('%j is refused', (value) => {
    expect(() => encodeEnv({ PASSWORD: value })).toThrow(/^PASSWORD holds a NUL, a carriage return or broken Unicode/);
  });

  test('a name that is none', () => {
    expect(() => encodeEnv({ 'A=B': 'x' })).toThrow('A=B is no name of a variable');
  });
});
