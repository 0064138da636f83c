import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeEnv, encodeEnv } from '../../src/formats/env.ts';
import { quoteYaml } from '../../src/formats/yaml.ts';
import { Failure } from '../../src/model/failure.ts';

const run = promisify(execFile);
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'homeauth-env-'));
});
afterAll(() => rm(directory, { recursive: true }));

type Environment = Record<string, string>;

/** The environments that the real Compose reads from a project; it doubles every dollar when it prints them. */
async function composeReads(files: Record<string, string>): Promise<Environment[]> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const { stdout } = await run('docker-compose', ['-f', 'docker-compose.yml', 'config', '--format', 'json'], {
    cwd: directory,
    env: { PATH: process.env['PATH'] },
    maxBuffer: 64 * 1024 * 1024,
  });
  const services = Object.entries<{ environment: Environment }>(JSON.parse(stdout).services);
  return services
    .toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)))
    .map(([, { environment }]) => {
      const values = Object.entries(environment).map(([name, value]) => [name, value.replaceAll('$$', '$')]);
      return Object.fromEntries(values);
    });
}

/** A project with one service for each env file. */
function projectOf(envFiles: readonly string[]): Record<string, string> {
  const services = envFiles.map((_, n) => `  s${n}:\n    image: x\n    env_file: [${n}.env]\n`);
  return {
    'docker-compose.yml': `name: t\nservices:\n${services.join('')}`,
    ...Object.fromEntries(envFiles.map((text, n) => [`${n}.env`, text])),
  };
}

/** The same "random" numbers in every run, so that a failure can be looked into. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 48271) % 2147483647;
    return state % sides;
  };
}

const pieces = [
  ...' \t\n#\'"`\\$={}()[]:;,.!?*&|<>~%^@+-_/',
  ...'aZ09',
  '\\n',
  '\\"',
  '\\$',
  "\\'",
  '\\\\',
  '$$',
  '${',
  '${V0}',
  '$V1',
  '$(id)',
  ' #',
  '\\0101',
  'é',
  '日本',
  '🚀',
  '\u2028',
  '\u00a0',
  '\u0085',
  '\ufeff',
  '\u0007',
  '\u000b',
];

function nasty(count: number, seed: number, alphabet: readonly string[]): string[] {
  const roll = dice(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: roll(14) }, () => alphabet[roll(alphabet.length)]).join(''),
  );
}

const numbered = (values: readonly string[]) => Object.fromEntries(values.map((value, n) => [`V${n}`, value]));

test('Compose reads what we encode, and so do we: 800 nasty values', async () => {
  const values = numbered(nasty(800, 20261, pieces));
  const text = encodeEnv(values);
  expect(decodeEnv(text)).toEqual(values);
  expect(await composeReads(projectOf([text]))).toEqual([values]);
});

test('Compose takes a text in docker-compose.yml as it is: 400 nasty values', async () => {
  const values = numbered(nasty(400, 7, [...pieces, '\r', '\u007f', '\u0001']));
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
  const texts = nasty(600, 99, oneLine).map(around);
  const read = texts.filter((text) => weRead(text) !== 'refused');
  const refused = texts.filter((text) => weRead(text) === 'refused');
  expect(read.map((text) => ({ text, values: weRead(text) }))).toEqual(
    (await composeReads(projectOf(read))).map((values, n) => ({ text: read[n], values })),
  );
  expect(refused.length).toBeGreaterThan(20);
  for (const text of refused.slice(0, 60)) {
    await expect(composeReads(projectOf([text])), text).rejects.toMatchObject({ code: expect.any(Number) });
  }
});
