import { expect, test } from 'vitest';
import { quoteCaddy } from '../../src/formats/caddyfile.ts';

test.each([
  ['auth.home.example.com', 'auth.home.example.com'],
  ['*.home.example.com:8443', '*.home.example.com:8443'],
  ['h2c://authentik:9000', 'h2c://authentik:9000'],
  [9000, '9000'],
  ['', '""'],
  ['two words', '"two words"'],
  ['# no comment', '"# no comment"'],
  ['say "hi"', '`say "hi"`'],
  ['back\\slash', '`back\\slash`'],
  ['a`b', '"a`b"'],
  ['<<EOF', '"<<EOF"'],
])('%j is written as %s', (value, text) => {
  expect(quoteCaddy(value)).toBe(text);
});

test.each(['{$HOME}', '{env.TOKEN}', 'a}', 'a\nb', 'a\0', '`"', '`\\'])('%j is refused', (value) => {
  expect(() => quoteCaddy(value)).toThrow(/a Caddyfile\.$/);
});
