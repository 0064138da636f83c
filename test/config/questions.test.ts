import { describe, expect, test } from 'vitest';
import { type QuestionId, questions } from '../../src/config/questions.ts';

function question(id: QuestionId) {
  const found = questions.find((one) => one.id === id);
  if (!found) throw new Error(`no question ${id}`);
  return found;
}

test('the interview asks six things, in this order', () => {
  expect(questions.filter(({ prompt }) => prompt).map(({ id }) => id)).toEqual([
    'domain',
    'base-dir',
    'name',
    'admin',
    'email',
    'second-factor',
  ]);
});

test('every question is a flag of its own name, and there is none twice', () => {
  for (const { id, flag } of questions) expect(flag.split(' ')[0]).toBe(`--${id}`);
  expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
});

test('what is not asked has a value or may be left out', () => {
  const optional = ['allow-unsupported', 'auth-host', 'caddy-container', 'tls-from', 'proxy-address', 'listen'];
  for (const { id, prompt, suggest } of questions) {
    if (!prompt && !optional.includes(id)) expect(suggest({}, {}), id).toBeDefined();
  }
});

test('every suggestion is a valid answer', () => {
  const all = {
    domain: 'home.example.com',
    baseDir: '/srv',
    fullName: 'Helen',
    username: 'helen',
    email: 'helen@example.com',
  };
  for (const { id, suggest, validate } of questions) {
    const value = suggest(all, {});
    if (value !== undefined) expect(validate(value), id).toBeUndefined();
  }
});

describe('a refused answer is one sentence that ends with what to write', () => {
  const rows: [id: QuestionId, value: string, text: string][] = [
    [
      'domain',
      'Home.example.com',
      '"Home.example.com" has capital letters. Cookies and certificates use lower case. Write home.example.com.',
    ],
    ['base-dir', 'srv', '"srv" is not an absolute path. Begin it with a slash, for example /rpool/encrypted/docker.'],
    ['name', '', '"" is empty. Write a name, for example Helen.'],
    ['email', 'helen', '"helen" has no @. Write it like helen@example.com.'],
    ['tls', 'letsencrypt', '"letsencrypt" is not one of: auto, internal, cloudflare, external.'],
  ];
  test.each(rows)('%s: %j', (id, value, text) => {
    expect(question(id).validate(value)).toBe(text);
  });
});

test.each([
  ['Helen', 'helen'],
  ['Hélène Dupont', 'helene'],
  ['李', 'root'],
  ['', 'root'],
])('the name %j suggests the user name %s', (name, username) => {
  expect(question('admin').suggest({ username: 'root' }, { name })).toBe(username);
});
