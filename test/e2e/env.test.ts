import { expect, test } from 'vitest';
import { decodeEnv, encodeEnv } from '../../src/formats/env.ts';
import { quoteYaml } from '../../src/formats/yaml.ts';
import { Failure } from '../../src/model/failure.ts';
import { seeded } from '../config/random.ts';
import { composeReads, type Environment, projectOf } from '../crash/values/compose.ts';
import { nasty, numbered, pieces } from '../crash/values/nasty.ts';

/** So many texts, the same in every run, so that a failure can be looked into. */
function texts(count: number, seed: number, from = pieces): string[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => nasty(random, 13, from));
}

test('Compose reads what we encode, and so do we: 800 nasty values', async () => {
  const values = numbered(texts(800, 20261));
  const text = encodeEnv(values);
  expect(decodeEnv(text)).toEqual(values);
  expect(await composeReads(projectOf([text]))).toEqual([values]);
});

test('Compose takes a text in docker-compose.yml as it is: 400 nasty values', async () => {
  const values = numbered(texts(400, 7, [...pieces, '\r', '\u007f', '\u0001']));
  const lines = Object.entries(values).map(([name, value]) => `      ${name}: ${quoteYaml(value)}\n`);
  const yaml = `name: t\nservices:\n  s0:\n    image: x\n    environment:\n${lines.join('')}`;
  expect(await composeReads({ 'docker-compose.yml': yaml })).toEqual([values]);
});

/** By-hand text around a line, so that a line which reaches into the next one is noticed too. */
const around = (line: string): string => `# by hand\nA='one'\nexport B = "$A two"\nV=${line}\nC=\${B}\n`;

function weRead(text: string): Environment | 'refused' {
  try {
    return decodeEnv(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return 'refused';
  }
}

test('we read lines written by hand as Compose does, and refuse those that it refuses', async () => {
  const oneLine = pieces.filter((piece) => piece !== '\n');
  const lines = texts(600, 99, oneLine).map(around);
  const read = lines.filter((text) => weRead(text) !== 'refused');
  const refused = lines.filter((text) => weRead(text) === 'refused');
  expect(read.map((text) => ({ text, values: weRead(text) }))).toEqual(
    (await composeReads(projectOf(read))).map((values, n) => ({ text: read[n], values })),
  );
  expect(refused.length).toBeGreaterThan(20);
  for (const text of refused.slice(0, 60)) {
    await expect(composeReads(projectOf([text])), text).rejects.toMatchObject({ code: expect.any(Number) });
  }
});
