import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { cut, legible, width } from '../../src/report/text.ts';
import { ascii, plain } from './styles.ts';

test.each([
  ['a', 1],
  ['日本語', 6],
  ['é', 1],
  ['e\u0301', 1],
  ['✓ → …', 5],
  ['\u001b[31mred\u001b[39m', 3],
])('%j takes %i columns', (text, columns) => {
  expect(width(text)).toBe(columns);
});

test('a cut text is never wider than it may be', () => {
  expect(cut('日本語の名前', 7, '…')).toBe('日本語…');
  expect(cut('日本語の名前', 6, '…')).toBe('日本…');
  expect(cut('short', 5, '…')).toBe('short');
});

test('what a log smuggles in does not reach the terminal', () => {
  expect(legible('\u001b[31mred\u001b]0;title\u0007\u001b[2J\r\nnext\tcolumn\u202eevil\u0000', true)).toBe(
    'red\nnext    columnevil',
  );
});

test('without Unicode the signs of our own sentences have stand-ins, names stay', () => {
  expect(legible('a → b · “c” … Åsa', false)).toBe('a -> b - "c" ... Åsa');
});

test('a secret prints as dots', () => {
  const secret = new Secret('hunter2') as unknown as string;
  expect(plain().text(secret)).toBe('••••••••');
  expect(plain().text(`password ${secret}`)).toBe('password ••••••••');
  expect(ascii().text(secret)).toBe('********');
  expect(plain().cut(secret, 4)).toBe('•••…');
});
