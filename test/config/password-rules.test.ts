import { expect, test } from 'vitest';
import { weakness } from '../../src/config/password-rules.ts';

const helen = {
  username: 'helen',
  name: 'Helen Example',
  email: 'h.example@mail.example.com',
  domain: 'home.example.com',
};

test.each([
  ['', '0 characters'],
  ['short1!', '7 characters'],
  ['🏠🏠🏠', '3 characters'],
  ['aaaaaaaaaaaa', 'follow each other'],
  ['axaxaxaxax', '2 different'],
  ['1234567890', 'follow each other'],
  ['abcdefghijkl', 'follow each other'],
  ['0987654321', 'follow each other'],
  ['helen123456', 'the name'],
  ['!!Helen!2026!', 'the name'],
  ['helenhelen', 'the name'],
  ['Helen Example', 'the name'],
  ['home.example.com', 'the name'],
  ['Password2026!', 'among the first'],
  ['P@ssw0rd!!!!', 'among the first'],
  ['qwertyuiop', 'among the first'],
  ['passwordpassword', 'among the first'],
  ['12345letmein', 'among the first'],
  ['authentik2026', 'among the first'],
])('%j is weak', (password, why) => {
  const sentence = weakness(password, helen);
  expect(sentence).toContain(why);
  if (password !== '') expect(sentence).not.toContain(password);
});

test.each([
  'kettle lantern orbit',
  'helen likes rowing boats',
  'x7Gq2!mZ0pLw',
  'correct horse battery',
  'пароль-от-кота',
])('%j will do', (password) => {
  expect(weakness(password, helen)).toBeUndefined();
});
