import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const dist = join(import.meta.dirname, '../../dist');
const { dependencies } = JSON.parse(await readFile(join(dist, '../package.json'), 'utf8'));

test('what is installed with homeauth is what it imports, and nothing that is packed into it already', async () => {
  const files = (await readdir(dist, { recursive: true })).filter((name) => /\.c?js$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(dist, name), 'utf8')));
  const imported = texts.flatMap((text) => [
    ...text.matchAll(/^[^/*\n]*(?:\bfrom |\bimport\(|\brequire\w*\()"(@[\w-]+\/[\w-]+|[a-z][\w-]*)(?:\/[^"\n]*)?"/gm),
  ]);
  const packages = imported.map(([, name = '']) => name).filter((name) => !isBuiltin(name));
  expect([...new Set(packages)].sort()).toEqual(Object.keys(dependencies).sort());
});

test('each package that is packed into it brings the text of its licence', async () => {
  const parts = (await readFile(join(dist, 'licences.txt'), 'utf8')).split(`\n${'-'.repeat(80)}\n`);
  expect(parts.length).toBeGreaterThan(20);
  expect(parts.filter((part) => !/copyright/i.test(part))).toEqual([]);
});
