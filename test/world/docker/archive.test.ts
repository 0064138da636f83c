import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { firstEntry } from '../../../src/world/docker/archive.ts';
import { temporary } from '../../temporary.ts';

const long = `${'long/'.repeat(30)}name`;

test.each(['pax', 'gnu', 'ustar'])('reads what tar writes as %s', async (format) => {
  const cwd = await temporary();
  const content = 'ü'.repeat(700);
  await writeFile(join(cwd, 'file'), content);
  await writeFile(join(cwd, 'empty'), '');
  await mkdir(join(cwd, 'directory'));
  await symlink('target', join(cwd, 'link'));
  await symlink(long, join(cwd, 'far'));
  const entry = async (name: string) => {
    const { stdout } = await execa('tar', [`--format=${format}`, '-c', name], { cwd, encoding: 'buffer' });
    return firstEntry(Buffer.from(stdout));
  };
  expect(await entry('file')).toEqual({ type: 'file', content: Buffer.from(content) });
  expect(await entry('empty')).toEqual({ type: 'file', content: Buffer.alloc(0) });
  expect(await entry('directory')).toEqual({ type: 'directory' });
  expect(await entry('link')).toEqual({ type: 'link', target: 'target' });
  if (format === 'pax') expect(await entry('far')).toEqual({ type: 'link', target: long });
});

test('an empty archive has no entry', () => {
  expect(firstEntry(Buffer.alloc(1024))).toBeUndefined();
});
