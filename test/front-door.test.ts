import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compiled, outcome, programDirectory } from './program.ts';
import { temporary } from './temporary.ts';

let program: string;
let place: string;
beforeAll(async () => {
  program = await programDirectory();
  place = await mkdtemp(join(tmpdir(), 'homeauth-'));
});
afterAll(() => Promise.all([program, place].map((path) => rm(path, { recursive: true }))));

const away = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
const run = (args: readonly string[]) =>
  outcome(join(program, 'homeauth'), args, { cwd: place, env: { ...process.env, ...away } });

test.each<[line: string, schema: string, exit: number, code: string]>([
  ['user --json', 'user', 2, 'misuse'],
  ['frobnicate --json', 'homeauth', 2, 'misuse'],
  ['--json=yes status', 'status', 2, 'misuse'],
  ['plan --json --frobnicate', 'plan', 2, 'misuse'],
  ['remove-app --json', 'remove-app', 2, 'misuse'],
  ['plan wiki --json', 'plan', 2, 'misuse'],
  ['user add anna --frobnicate --json', 'user-add', 2, 'misuse'],
])('homeauth %s says what is wrong as one object', async (line, schema, exit, code) => {
  const answer = await run(line.split(' '));
  expect([answer.code, answer.stdout.split('\n').length]).toEqual([exit, 2]);
  const { error, ...rest } = JSON.parse(answer.stdout);
  expect(rest).toEqual({ schema: `homeauth.${schema}/1`, ok: false });
  expect(error).toMatchObject({ code, problem: expect.stringMatching(/./), fix: expect.stringMatching(/./) });
  expect(answer.stderr).not.toBe('');
  // The parser's own words, beside ours.
  expect(answer.stderr).not.toMatch(/^error:/m);
});

test.each([
  ['frobnicate --help', 'homeauth has no command "frobnicate".\nAll commands: homeauth --help\n'],
  ['--color never plna -h', 'homeauth has no command "plna".\nDid you mean: homeauth plan\n'],
  ['user lst --help', 'homeauth user has no command "lst".\nDid you mean: homeauth user list\n'],
])('homeauth %s is a mistake, and no help', async (line, stderr) => {
  expect(await run(line.split(' '))).toEqual({ code: 2, stdout: '', stderr });
});

test.each(['plan --help', 'add-app wiki -h', 'user -h'])('homeauth %s is help', async (line) => {
  expect(await run(line.split(' '))).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(/Usage:/) });
});

test.each<[line: string, exit: number]>([
  ['--help', 0],
  ['help exit-codes', 0],
  ['completion bash', 0],
  ['--version', 0],
  ['user --help', 0],
  ['plan', 2],
  ['plan --json', 2],
  ['frobnicate', 2],
])('a reader that has left before homeauth %s says a word is no crash', async (line, exit) => {
  // The pipe's reader is gone from the start, so that nothing depends on who is quicker.
  const script = `exec 3> >(exec true); sleep 0.3; "$0" ${line} >&3 2>${join(place, 'err')}; echo $?`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script, join(program, 'homeauth')], {
    cwd: place,
    env: { ...process.env, ...away },
  });
  expect(stdout).toBe(`${exit}\n`);
  expect(await readFile(join(place, 'err'), 'utf8')).not.toMatch(/EPIPE|^ +at /m);
});

test('nor is it where the reader of its messages has left', async () => {
  const script = 'exec 3> >(exec true); sleep 0.3; "$0" plan 2>&3; echo $?';
  const { stdout } = await promisify(execFile)('bash', ['-c', script, join(program, 'homeauth')], { cwd: place });
  expect(stdout).toBe('2\n');
});

test.each([['--json'], ['--no-input']])('homeauth plan %s without a file handle left says so', async (flag) => {
  const script = `import { openSync } from 'node:fs';
    import { main } from './src/main.ts';
    try { for (;;) openSync('/dev/null'); } catch {}
    process.exitCode = await main(${JSON.stringify(['plan', flag])});`;
  const program = await compiled(script, await temporary());
  const answer = await outcome('prlimit', ['--nofile=200:200', process.execPath, program]);
  expect(answer.code).toBe(2);
  expect(answer.stderr).toBe(
    'homeauth cannot be loaded: too many files are open at once.\nRaise the limit for this shell, then run the command again:  ulimit -n 4096\n',
  );
  if (flag === '--json')
    expect(JSON.parse(answer.stdout)).toMatchObject({
      schema: 'homeauth.homeauth/1',
      ok: false,
      error: { code: 'too-many-files' },
    });
  else expect(answer.stdout).toBe('');
});
