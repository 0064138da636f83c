import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { fileKind as kind } from '../../src/kinds/file.ts';
import { Secret } from '../../src/model/secret.ts';
import { nodeFiles } from '../../src/world/files.ts';
import type { World } from '../../src/world/world.ts';
import { temporary } from '../temporary.ts';
import { wordsOf } from '../words.ts';

const world = { files: nodeFiles() } as World;
let base: string;
let key: string;
beforeEach(async () => {
  base = await temporary();
  key = join(base, 'docker-compose.yml');
});

test('is made, is right, goes', async () => {
  const want = { content: new Secret('A_B=1\n'), mode: 0o600 };
  expect(await kind.observe(key, world)).toEqual({ is: 'absent' });
  await kind.apply!(key, want, world, undefined);
  const found = await kind.observe(key, world, want);
  expect(found).toEqual({ is: 'present', spec: { content: 'A_B=1\n', mode: 0o600 } });
  expect(found.is === 'present' && wordsOf(kind)(want, found.spec)).toEqual([]);
  await kind.apply!(key, undefined, world, undefined);
  await kind.apply!(key, undefined, world, undefined);
  expect(await kind.observe(key, world)).toEqual({ is: 'absent' });
});

test('what was there can be put back from what was observed', async () => {
  await writeFile(key, 'by hand', { mode: 0o640 });
  const before = await kind.observe(key, world, { content: new Secret('ours'), mode: 0o600 });
  if (before.is !== 'present') throw new Error('not there');
  await kind.apply!(key, { content: new Secret('ours'), mode: 0o600 }, world, before.spec);
  await kind.apply!(key, JSON.parse(JSON.stringify(before.spec)), world, undefined);
  expect(await kind.observe(key, world)).toEqual(before);
  expect(await readFile(key, 'utf8')).toBe('by hand');
});

test('once: made where it is missing, and then the user may write into it what they like', async () => {
  const want = { content: 'first', mode: 0o600, once: true as const };
  await kind.apply!(key, want, world, undefined);
  await writeFile(key, 'second');
  await kind.apply!(key, want, world, undefined);
  expect(await readFile(key, 'utf8')).toBe('second');
  expect(wordsOf(kind)(want, { content: 'second', mode: 0o644 })).toEqual([]);
});

test('a directory or a link in its place is an error', async () => {
  await mkdir(key);
  await expect(kind.observe(key, world)).rejects.toMatchObject({
    code: 'is-a-directory',
    fix: expect.stringContaining(key),
  });
  await symlink(key, join(base, 'link'));
  await expect(kind.observe(join(base, 'link'), world)).rejects.toMatchObject({ code: 'unexpected-link' });
});

describe('what differs', () => {
  const changes = (from: string, to: string | Secret) =>
    wordsOf(kind)({ content: to, mode: 0o644 }, { content: from, mode: 0o644 });

  test('the mode', () => {
    expect(wordsOf(kind)({ content: '', mode: 0o600 }, { content: '', mode: 0o644 })).toEqual(['mode 0644 → 0600']);
  });

  test('a value: only its end, where the beginning is the same', () => {
    const compose = (tag: string) =>
      `services:\n  "app":\n    image: "ghcr.io/goauthentik/server:${tag}"\n    restart: always\n`;
    expect(changes(compose('2026.8.5'), compose('2026.8.6'))).toEqual(['image: …:2026.8.5 → …:2026.8.6']);
    expect(changes('port: 80\n', 'port: 81\n')).toEqual(['port: 80 → 81']);
  });

  test('lines that came or went, three at most', () => {
    expect(changes('a\nb\n', 'a\nc\n')).toEqual(['- b', '+ c']);
    expect(changes('', '1\n2\n3\n4\n5\n')).toEqual(['+ 1', '+ 2', '+ 3', 'and 2 more']);
    expect(changes('', 'x'.repeat(200))).toEqual([`+ ${'x'.repeat(59)}…`]);
  });

  test('the order alone', () => {
    expect(changes('a\nb\n', 'b\na\n')).toEqual(['order of lines, or white space']);
  });

  test.each([
    ['POSTGRES_PASSWORD: hunter2\n', 'POSTGRES_PASSWORD: other\n', 'POSTGRES_PASSWORD: changed'],
    ['x\n', 'api_token: hunter2\n', '+ api_token: …'],
    ['command: --secret=hunter2\n', 'x\n', '- a line with a secret'],
  ])('a value that looks like a secret is not shown, also in a plain file', (from, to, words) => {
    expect(changes(from, to)).toContain(words);
    expect(changes(from, to).join()).not.toMatch(/hunter2|other/);
  });

  test('a secret env file: names alone', () => {
    const from = 'A_A=1\nB_B=hunter2\nC_C=3\n';
    expect(changes(from, new Secret('A_A=1\nB_B=hunter3\nD_D=4\n'))).toEqual([
      'B_B: changed',
      'D_D: missing',
      'C_C: no longer wanted',
    ]);
    expect(changes(from, new Secret(`# why\n${from}`))).toEqual(['comments or layout']);
  });

  test.each(['hunter2', 'JBSWY3DPEHPK3PXP=', 'a=b', 'A_B="hunter2', '{"token":"hunter2"}'])(
    'any other secret: %s says nothing',
    (secret) => {
      expect(changes(secret, new Secret('A_B=1\n'))).toEqual(['content differs']);
      expect(changes('A_B=1\n', new Secret(secret))).toEqual(['content differs']);
    },
  );
});
