import { describe, expect, test } from 'vitest';
import { pick, seeded } from './random.ts';
import { complaintAbout, full, small } from './sample.ts';

/** As many lines of the repeated text as a file may have. */
const filled = (text: string): string => {
  const line = text.repeat(Math.floor(490 / text.length));
  return Array.from({ length: Math.floor((127 * 1024) / (line.length + 1)) }, () => line).join('\n');
};

describe('named', () => {
  const rows: [name: string, text: string, problem: string, fix: string][] = [
    ['nothing', '', 'The file is empty.', 'homeauth init'],
    ['comments alone', '# domain: x\n', 'The file is empty.', 'homeauth init'],
    ['an empty document', '---\n...\n', 'The file is empty.', 'homeauth init'],
    ['a list', '- whoami\n', 'The file is not a map of keys.', 'as in domain: home.example.com'],
    ['a word', 'whoami', 'The file is not a map of keys.', 'as in domain: home.example.com'],
    ['a NUL byte', small.replace('/srv', '/s\0rv'), 'There is a NUL byte', 'Save it as UTF-8'],
    ['UTF-16', [...small].join('\0'), 'There is a NUL byte', 'Save it as UTF-8'],
    ['Latin-1', small.replace('helen', 'h\uFFFDl\uFFFDne'), 'not UTF-8', 'Save the file as UTF-8.'],
    ['an escape character', small.replace('/srv', '/srv\x1b[2J'), 'There is a control character here.', 'Delete it.'],
    ['a tab', 'admin:\n\tusername: helen\n', 'A tab is used to indent.', 'Use spaces.'],
    ['two documents', `${small}---\n${small}`, 'A second document begins here.', 'Keep one'],
    ['a key twice', `${small}domain: example.com\n`, 'domain is here twice.', 'Delete one of the two.'],
    ['a key twice below', 'mail: { host: a, host: b }\n', 'host is here twice.', 'Delete one of the two.'],
    ['an alias', `${small}auth-host: &a x\nlan-address: *a\n`, 'There is an alias here.', 'Write the value out.'],
    ['an alias of nothing', `${small}auth-host: *a\n`, 'There is an alias here.', 'Write the value out.'],
    ['a tag', `${small}auth-host: !!binary aGk=\n`, 'There is a tag here.', 'Delete the word'],
    ['a merge key', `${small}<<: { tls: internal }\n`, '<< is not a key here.', 'Delete it.'],
    ['an open quote', 'domain: "home\n', 'A quote, a bracket or a colon is missing', 'Put it in'],
    ['an open bracket', 'admin: { username: hel', 'or a bracket is still open', 'close the bracket.'],
    ['a nested colon', 'domain: home: x\n', 'reads as a key inside a value', 'in quotes'],
    ['a word without a colon', 'domain\nbase-dir: /srv\n', 'A key has no colon', 'Write KEY: VALUE'],
    ['a reserved character', 'domain: @home\n', 'cannot begin with this character', 'Put the value in quotes.'],
    ['more than 128 KiB', `${small}${'# padding\n'.repeat(15_000)}`, 'The file has 147 KiB.', 'the right file'],
    ['a megabyte', `#${'x'.repeat(1024 * 1024)}`, 'The file has 1025 KiB.', 'the right file'],
    ['too many lines', '\n'.repeat(4_000), 'The file has 4001 lines.', 'the right file'],
    ['a long line', `domain: ${'a'.repeat(500)}\n`, 'This line has 508 characters.', 'Shorten it.'],
    ['brackets', '[\n'.repeat(100), '65 brackets are open here.', 'Close them'],
    [
      'a billion laughs',
      'a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n',
      'There is an alias here.',
      'run the command again',
    ],
  ];
  test.each(rows)('%s', (_, text, problem, fix) => {
    const complaint = complaintAbout(text);
    expect(complaint).toContain(problem);
    expect(complaint?.split('\n').at(-1)).toContain(fix);
  });
});

describe('no hang and no crash', () => {
  // These make the YAML library slow or the whole process run out of memory when they are larger.
  test.each(['"', '&a ', '? ', '[]{},:', '\t', '|\n'])('a file full of %j', (text) => {
    expect(complaintAbout(filled(text))).toBeDefined();
  });

  test('3990 keys', () => {
    const text = Array.from({ length: 3_990 }, (_, index) => `k${index}: 1`).join('\n');
    expect(complaintAbout(text)).toContain('and 99 more.');
  });

  test('a staircase of indentation', () => {
    const text = Array.from({ length: 490 }, (_, index) => `${' '.repeat(index)}a:`).join('\n');
    expect(complaintAbout(text)).toContain('a is not a key here.');
  });
});

test('a file cut off anywhere is a file or a complaint', () => {
  for (let end = 0; end <= full.length; end += 2) {
    const complaint = complaintAbout(full.slice(0, end));
    if (end < full.indexOf('authentik:')) expect(complaint).toBeDefined();
  }
});

test('a damaged file is a file or a complaint with a place and a fix', () => {
  const random = seeded(20_261_124);
  const bits = [
    ...'\n\t :-#"\'[]{}&*!|>%@`,?.0aZé\0\x1b',
    '\n  - ',
    ': ',
    '---\n',
    'null',
    'true',
    '\r\n',
    '\uFEFF',
    '🏠',
  ];
  let complaints = 0;
  for (let round = 0; round < 1_000; round += 1) {
    let text = round % 2 === 0 ? full : small;
    for (let times = 1 + Math.floor(random() * 4); times > 0; times -= 1) {
      const at = Math.floor(random() * text.length);
      text = text.slice(0, at) + pick(random, bits) + text.slice(at + Math.floor(random() * 3));
    }
    const complaint = complaintAbout(text);
    if (complaint === undefined) continue;
    complaints += 1;
    expect(complaint, text).toMatch(/^(homeauth\.yaml:\d+:\d+ {2}.|\d+ things are wrong in homeauth\.yaml\.)/);
    expect(complaint, text).not.toMatch(/undefined|\[object|NaN|Invalid input|not accepted/);
    expect(complaint.split('\n').at(-1), text).toMatch(/\S/);
  }
  expect(complaints).toBeGreaterThan(500);
});
