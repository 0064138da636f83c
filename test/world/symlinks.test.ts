import { chmodSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linesOf } from '../../src/model/shown.ts';
import { distrust } from '../../src/model/trust.ts';
import { nodeFiles } from '../../src/world/files.ts';

const files = nodeFiles();
let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'homeauth-way-'));
  chmodSync(base, 0o755);
  mkdirSync(join(base, 'real/inner'), { recursive: true });
  writeFileSync(join(base, 'real/inner/file'), '');
});
afterEach(() => rmSync(base, { recursive: true }));

const names = async (path: string) =>
  (await files.way(join(base, path))).map((step) => step.path.slice(base.length)).slice(base.split('/').length - 1);
const refusal = async (path: string) => {
  const issue = distrust(join(base, path), await files.way(join(base, path)), process.getuid?.() ?? 0);
  return issue && linesOf(issue.fix)[0];
};

test('every name on the way, as far as it is there', async () => {
  expect(await names('real/inner/file')).toEqual(['', '/real', '/real/inner', '/real/inner/file']);
  expect(await names('real/nothing/below')).toEqual(['', '/real']);
});

test('links are followed one by one, as the kernel does', async () => {
  symlinkSync('real/../real/inner', join(base, 'link'));
  const here = '/real';
  expect(await names('link/file')).toEqual(['', '/link', here, '', here, '/real/inner', '/real/inner/file']);
  symlinkSync(join(base, 'real'), join(base, 'absolute'));
  const whole = (await files.way(join(base, 'absolute'))).map(({ path }) => path);
  expect(whole.slice(whole.lastIndexOf('/'))).toEqual([
    '/',
    ...tmpdir()
      .split('/')
      .slice(1)
      .map((_, n, all) => `/${all.slice(0, n + 1).join('/')}`),
    base,
    join(base, 'real'),
  ]);
  symlinkSync('.', join(base, 'dot'));
  expect((await names('dot/real')).at(-1)).toBe('/real');
});

test('links that go round in a circle are told', async () => {
  symlinkSync('b', join(base, 'a'));
  symlinkSync('a', join(base, 'b'));
  await expect(files.way(join(base, 'a'))).rejects.toMatchObject({ code: 'unexpected-link' });
});

test('what root made in a sticky directory is believed', async () => {
  expect(await refusal('real/inner/file')).toBeUndefined();
  chmodSync(join(base, 'real'), 0o1777);
  expect(await refusal('real/inner/file')).toBeUndefined();
});

test('what others may write is not', async () => {
  chmodSync(join(base, 'real'), 0o777);
  expect(await refusal('real/inner/file')).toBe(`chmod +t ${base}/real`);
  chmodSync(join(base, 'real'), 0o755);
  chmodSync(join(base, 'real/inner/file'), 0o646);
  expect(await refusal('real/inner/file')).toBe(`chmod go-w ${base}/real/inner/file`);
});

describe.runIf(process.getuid!() === 0)('what others own', () => {
  test.each(['real', 'real/inner', 'real/inner/file'])('%s', async (path) => {
    lchownSync(join(base, path), 1000, 1000);
    expect(await refusal('real/inner/file')).toBe(`chown root ${base}/${path}`);
  });

  test('a link to what is root’s', async () => {
    symlinkSync('real/inner', join(base, 'link'));
    expect(await refusal('link/file')).toBeUndefined();
    lchownSync(join(base, 'link'), 1000, 1000);
    expect(await refusal('link/file')).toBe(`chown -h root ${base}/link`);
  });

  test('a directory behind a link of root’s', async () => {
    symlinkSync('real/inner', join(base, 'link'));
    lchownSync(join(base, 'real'), 1000, 1000);
    expect(await refusal('link/file')).toBe(`chown root ${base}/real`);
  });
});
