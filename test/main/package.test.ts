import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** Packed into it, and named all the same: what homeauth rests on is to be seen by `npm audit` and by who looks. */
const namedAnyway = ['chalk', 'commander', 'handlebars', 'yaml'];

test('what is installed with homeauth is what it imports, and what it rests on', async () => {
  const files = (await readdir(dist, { recursive: true })).filter((name) => /\.c?js$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(dist, name), 'utf8')));
  const imported = texts.flatMap((text) => [
    ...text.matchAll(/^[^/*\n]*(?:\bfrom |\bimport\(|\brequire\w*\()"(@[\w-]+\/[\w-]+|[a-z][\w-]*)(?:\/[^"\n]*)?"/gm),
  ]);
  const packages = imported.map(([, name = '']) => name).filter((name) => !isBuiltin(name));
  expect([...new Set([...packages, ...namedAnyway])].sort()).toEqual(Object.keys(manifest.dependencies).sort());
});

test('each package that is packed into it brings the text of its licence', async () => {
  const parts = (await readFile(join(dist, 'licences.txt'), 'utf8')).split(`\n${'-'.repeat(80)}\n`);
  expect(parts.length).toBeGreaterThan(20);
  expect(parts.filter((part) => !/copyright/i.test(part))).toEqual([]);
});

test('what its README leads to comes along', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const paths = [...readme.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !manifest.files.includes(path.split('/')[0]))).toEqual([]);
});

test('doctor names its page on problems by where it lies', async () => {
  const program = [join(root, 'bin/homeauth.js'), 'doctor', '-v', '--config', '/nowhere/homeauth.yaml'];
  const { stdout } = await execa(process.execPath, program, { cwd: '/', reject: false });
  const [, page = ''] = /More on each:\s+(\S+)#NAME/.exec(stdout) ?? [];
  expect(existsSync(resolve('/', page)), stdout).toBe(true);
});
