import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { decodeEnv } from '../../src/formats/env.ts';
import { secretsKind as kind } from '../../src/kinds/secrets.ts';
import type { SecretsSpec } from '../../src/model/resource.ts';
import { nodeFiles } from '../../src/world/files.ts';
import { systemRandom } from '../../src/world/random.ts';
import type { World } from '../../src/world/world.ts';
import { temporary } from '../temporary.ts';
import { wordsOf } from '../words.ts';

const world = { files: nodeFiles(), random: systemRandom } as World;
let base: string;
let key: string;
let want: SecretsSpec;
beforeEach(async () => {
  base = await temporary();
  key = join(base, 'container-vars.env');
  want = { names: ['POSTGRES_PASSWORD', 'AUTHENTIK_SECRET_KEY'], lockedBy: join(base, 'db') };
});

const text = () => readFile(key, 'utf8');
async function look(of = want): Promise<readonly string[]> {
  const found = await kind.observe(key, world, of);
  return found.is === 'present' ? wordsOf(kind)(of, found.spec) : [found.is];
}
async function apply(of = want): Promise<void> {
  const found = await kind.observe(key, world, of);
  await kind.apply!(key, of, world, found.is === 'present' ? found.spec : undefined);
}

test('are made once, for root alone, and never again', async () => {
  expect(await look()).toEqual(['absent']);
  await apply();
  expect(await look()).toEqual([]);
  const values = decodeEnv(await text());
  expect(Object.keys(values)).toEqual(want.names);
  for (const value of Object.values(values)) expect(value).toMatch(/^[A-Za-z][A-Za-z0-9]{63}$/);
  expect(values['POSTGRES_PASSWORD']).not.toBe(values['AUTHENTIK_SECRET_KEY']);
  expect((await world.files.stat(key))?.mode).toBe(0o600);
  const before = await text();
  await apply();
  await kind.apply!(key, want, world, undefined);
  expect(await text()).toBe(before);
});

test('without names: one bare value', async () => {
  await apply({});
  expect(await text()).toMatch(/^[A-Za-z][A-Za-z0-9]{63}$/);
  expect(await look({})).toEqual([]);
  await writeFile(key, '\n');
  expect(await look({})).toEqual(['the value is missing']);
  await apply({});
  expect(await text()).toMatch(/^[A-Za-z][A-Za-z0-9]{63}$/);
});

test('a missing or empty value is added, and what is there stays to the letter', async () => {
  const old = '# mine\nexport POSTGRES_PASSWORD="it\'s $5"\nAUTHENTIK_SECRET_KEY=';
  await writeFile(key, old, { mode: 0o600 });
  expect(await look()).toEqual(['AUTHENTIK_SECRET_KEY is missing']);
  await apply();
  expect((await text()).startsWith(`${old}\nAUTHENTIK_SECRET_KEY=`)).toBe(true);
  expect(await look()).toEqual([]);
});

test('others may not read it', async () => {
  await apply();
  const before = await text();
  await chmod(key, 0o644);
  expect(await look()).toEqual(['others can read it: mode 0644 → 0600']);
  await apply();
  expect((await world.files.stat(key))?.mode).toBe(0o600);
  expect(await text()).toBe(before);
  await chmod(key, 0o400);
  expect(await look()).toEqual([]);
});

describe('a database that was made with them', () => {
  beforeEach(async () => {
    await mkdir(join(base, 'db'));
    await writeFile(join(base, 'db', 'PG_VERSION'), '16\n');
  });

  test('they are not made anew when the file is gone', async () => {
    const failed = apply();
    await expect(failed).rejects.toMatchObject({
      name: 'Failure',
      code: 'secret-lost',
      problem: `POSTGRES_PASSWORD and AUTHENTIK_SECRET_KEY are missing in ${key}, and ${base}/db already holds a database.`,
      details: expect.stringContaining('docker inspect'),
      fix: `Put them back into ${key}, then run the command again.`,
    });
    expect(await kind.observe(key, world, want)).toEqual({ is: 'absent' });
  });

  test('nor when one value is gone', async () => {
    await writeFile(key, 'POSTGRES_PASSWORD=x\n', { mode: 0o600 });
    await expect(apply()).rejects.toMatchObject({
      code: 'secret-lost',
      problem: expect.stringMatching(/^AUTHENTIK_SECRET_KEY is/),
    });
    expect(await text()).toBe('POSTGRES_PASSWORD=x\n');
  });

  test('with both there, all is well', async () => {
    await writeFile(key, 'POSTGRES_PASSWORD=x\nAUTHENTIK_SECRET_KEY=y\n', { mode: 0o644 });
    await apply();
    expect(await look()).toEqual([]);
    expect(await text()).toBe('POSTGRES_PASSWORD=x\nAUTHENTIK_SECRET_KEY=y\n');
  });
});

test('an empty data directory locks nothing', async () => {
  await mkdir(join(base, 'db'));
  await apply();
  expect(await look()).toEqual([]);
});

test('a file that cannot be read is an error that names file and line, and no value', async () => {
  await writeFile(key, 'POSTGRES_PASSWORD="hunter2\n');
  await expect(look()).rejects.toMatchObject({
    code: 'env-unreadable',
    message: expect.stringContaining(`Line 1 of ${key}`),
  });
  await expect(look()).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
});

test('letting go of a file that was there leaves it as it is', async () => {
  const have = { mode: 0o600, missing: [] };
  await apply();
  const before = await text();
  await kind.giveBack!(key, world);
  expect(await text()).toBe(before);
  await kind.apply!(key, undefined, world, have);
  expect(await kind.observe(key, world)).toEqual({ is: 'absent' });
});

test('looking shows no value', async () => {
  await apply();
  const values = Object.values(decodeEnv(await text()));
  const seen = JSON.stringify([await kind.observe(key, world, want), await look(), kind.hint(key)]);
  for (const value of values) expect(seen).not.toContain(value);
});
